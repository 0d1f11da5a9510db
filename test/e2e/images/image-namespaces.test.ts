import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { ImageNode } from "../support/image-node.ts";
import { type Container, pod } from "../support/manifests.ts";
import { sandboxesOf } from "../support/sandboxes.ts";

let node: Node;
let image: string;
let see: ReturnType<typeof sandboxesOf>;

beforeAll(async () => {
  const images = await ImageNode.start("image-namespaces", { timerInterval: "1s" });
  ({ node } = images);
  see = sandboxesOf(node);
  image = await images.pushBusybox();
});

afterAll(() => node[Symbol.asyncDispose]());

const two = (): Container[] => [
  { name: "one", image, command: ["sleep", "1001"] },
  { name: "two", image, command: ["sleep", "1002"] },
];

describe("a pod's containers", () => {
  beforeAll(async () => {
    await node.run(pod(node, "shared", two(), { hostNetwork: false }));
    await see.running("shared", "one", "two");
  });

  test("share host name, IPC and /dev/shm, and have processes of their own", async () => {
    const spaces = (container: string) =>
      see.inside("shared", container, "for each in uts ipc pid mnt; do readlink /proc/1/ns/$each; done");
    const [one, two] = (await Promise.all([spaces("one"), spaces("two")])).map((each) => each.split("\n"));
    expect(one?.map((each, at) => each === two?.[at])).toEqual([true, true, false, false, true]);
    expect(await see.inside("shared", "two", "hostname; ps | grep -c 'sleep 100[12]$'")).toBe("shared\n1\n");
    await see.inside("shared", "one", "echo hello >/dev/shm/note");
    expect(await see.inside("shared", "two", "cat /dev/shm/note")).toBe("hello\n");
  });

  test("have nothing of that in common with another pod, or the host", async () => {
    await node.run(pod(node, "other", { image, command: ["sh", "-c", "trap exit TERM; sleep 1000 & wait"] }));
    await see.running("other", "main");
    const ipc = async (name: string, container: string) => see.inside(name, container, "readlink /proc/1/ns/ipc");
    const { stdout } = await node.exec("readlink /proc/1/ns/ipc");
    expect(new Set([stdout, await ipc("shared", "one"), await ipc("other", "main")]).size).toBe(3);
    expect(await see.inside("other", "main", "ls /dev/shm")).toBe("");
  });

  test("find after a restart what they left in shared memory", async () => {
    await see.inside("shared", "two", "echo kept >/dev/shm/kept");
    await node.exec("pkill -KILL -xf 'sleep 1002'");
    await node.container("shared", ({ state, restartCount }) => state?.running && restartCount === 1, "two");
    expect(await see.inside("shared", "two", "cat /dev/shm/kept")).toBe("kept\n");
  });

  test("are restarted in a new sandbox when theirs is stopped", async () => {
    await see.inside("other", "main", "echo lost >/dev/shm/lost");
    // Without waiting, because a start by the next run may replace the job of the stop.
    await node.exec(["systemctl", "stop", "--no-block", see.sandbox("other")]);
    await node.container("other", ({ state, restartCount }) => state?.running && restartCount === 1);
    expect(await see.inside("other", "main", "ls /dev/shm; hostname")).toBe("other\n");
  });

  test("leave nothing behind", async () => {
    const uid = await see.uid("shared");
    expect(await see.left("shared", uid)).toContain(see.sandbox("shared"));
    await node.kubectl("delete", "pod", "shared", "--wait=false");
    await node.until("shared", (seen) => seen === undefined);
    await see.waitForRemoval("shared", uid);
  });
});

test("a sandbox that cannot be made is reported, and tried again", async () => {
  const helper = "/usr/local/lib/unitlet/pod-sandbox";
  await node.exec(`mv ${helper} ${helper}.away && printf '#!/bin/sh\\nexit 1\\n' >${helper} && chmod 755 ${helper}`);
  await node.run(pod(node, "unmade", { image }));
  const events = () => node.kubectl("get", "events", "--field-selector=reason=FailedCreatePodSandBox", "-o", "wide");
  const result = `on the node, journalctl -u '${see.sandbox("unmade")}' says why`;
  const isTold = (events: string) => events.includes("pod/unmade") && events.includes(result);
  await node.machine.until(async () => [isTold(await events()), await events()], { what: "the Event" });
  await node.until("unmade", (seen) => seen?.status?.conditions?.[0]?.status === "False");
  await node.exec(`mv ${helper}.away ${helper}`);
  await see.running("unmade", "main");
  await node.until("unmade", (seen) => seen?.status?.conditions?.[0]?.status === "True");
});

describe("shareProcessNamespace", () => {
  beforeAll(async () => {
    const three = { name: "three", image, command: ["sh", "-c", "sleep 1003 & exec sleep 1004"] };
    await node.run(pod(node, "family", [...two(), three], { shareProcessNamespace: true }));
    await see.running("family", "one", "two", "three");
  });

  const ALL = ["/usr/bin/sleep infinity", "sleep 1001", "sleep 1002", "sleep 1003", "sleep 1004"];

  const names = async (container: string) =>
    (await see.inside("family", container, "ps -o args")).split("\n").filter((line) => line.includes("sleep"));

  /** Those that a container's program starts come after it. */
  const waitForProcesses = (expected: readonly string[]) => {
    const poll = async () => {
      const seen = (await names("one")).toSorted();
      return [expected.every((each) => seen.includes(each)) && seen.length <= ALL.length, seen];
    };
    return node.machine.until(poll, { what: `${expected.join(", ")} and no other` });
  };

  test("all see all, and the first process is none of theirs", async () => {
    await waitForProcesses(ALL);
    expect(await see.inside("family", "two", "cat /proc/1/cmdline")).toContain("infinity");
    const events = await node.kubectl("get", "events", "--field-selector=reason=FieldIgnored", "-o", "wide");
    expect(events).not.toContain("shareProcessNamespace");
  });

  test("the first process is not to be killed, and shows nothing of the host", async () => {
    const script = "kill -KILL 1; ls /proc/1/root 2>&1; true";
    expect(await see.inside("family", "one", script)).toBe("ls: /proc/1/root: Permission denied\n");
    expect(await see.inside("family", "one", "ps -o args")).toContain("/usr/bin/sleep infinity");
  });

  test("orphaned processes leave no zombie", async () => {
    await see.inside("family", "one", "(sleep 0.1 & sleep 0.2 &) ; true");
    const zombies = () => see.inside("family", "two", "ps -o stat,args | grep -c '^Z' || true");
    await node.machine.until(async () => [(await names("two")).length === ALL.length, await names("two")], {
      what: "their end",
    });
    expect(await zombies()).toBe("0\n");
  });

  test("one may end another, which is restarted alone, with all that it had started", async () => {
    const before = await node.container("family", ({ state }) => state?.running, "one");
    await see.inside(
      "family",
      "one",
      "kill -KILL $(ps -o pid,args | grep ' sleep 1004$' | { read pid _; echo $pid; })",
    );
    const status = await node.container("family", ({ restartCount }) => restartCount === 1, "three");
    expect(status.lastState?.terminated?.exitCode).toBe(137);
    await see.running("family", "three");
    await waitForProcesses(ALL);
    const after = await node.container("family", ({ state }) => state?.running, "one");
    expect([after.containerID, after.restartCount]).toEqual([before.containerID, 0]);
  });

  test("the end of the first process is the end of all, and all come back", async () => {
    await node.exec(`kill -KILL $(systemctl show -P MainPID ${see.sandbox("family")})`);
    await node.container("family", ({ state, restartCount }) => state?.running && restartCount === 1, "one");
    await node.container("family", ({ state, restartCount }) => state?.running && restartCount === 1, "two");
    await waitForProcesses(ALL.slice(0, 3));
  });

  test("leaves nothing behind", async () => {
    const uid = await see.uid("family");
    await node.kubectl("delete", "pod", "family", "--wait=false");
    await node.until("family", (seen) => seen === undefined);
    await see.waitForRemoval("family", uid);
    expect((await node.exec("pgrep -xf '/usr/bin/sleep infinity' || true")).stdout).toBe("");
  });
});

const HOST = { hostPID: true, hostIPC: true, hostNetwork: true };

describe("the host's", () => {
  beforeAll(async () => {
    const script = "cat /proc/1/comm; ls /proc/1/root 2>&1; kill -0 1 2>&1; ls /dev/shm";
    const nosy = { image, command: ["sh", "-c", script], securityContext: { runAsUser: 1000 } };
    await node.exec("echo host >/dev/shm/of-the-host");
    await node.run(
      pod(node, "host", { image, command: ["sh", "-c", "sleep 1005 & exec sleep 1000"] }, HOST),
      pod(node, "host-pid", nosy, { hostPID: true, restartPolicy: "Never" }),
    );
    await see.running("host", "main");
  });

  test("processes, IPC and name, without any sandbox", async () => {
    const names = await see.inside("host", "main", "cat /proc/1/comm /dev/shm/of-the-host; hostname");
    expect(names).toBe(`systemd\nhost\n${(await node.exec("hostname")).stdout}`);
    expect(
      (await node.exec(["systemctl", "is-active", see.sandbox("host")]).catch(() => ({ stdout: "no" }))).stdout,
    ).toBe("no");
  });

  test("processes cannot be reached without the right to them", async () => {
    await node.until("host-pid", (seen) => seen?.status?.phase === "Succeeded");
    expect(await node.log("host-pid")).toBe(
      "systemd\nls: /proc/1/root: Permission denied\nsh: can't kill pid 1: Operation not permitted\n",
    );
  });

  test("processes outlive the container, and what it has started among them does not", async () => {
    const find = () => node.exec("pgrep -xf 'sleep 1005'");
    const { stdout: pid } = await node.machine.until(find, { what: "what it has started" });
    await node.exec(["systemctl", "stop", node.unit("host")]);
    // The next run may have started the container again.
    expect((await node.exec(`pgrep -xf 'sleep 1005' | grep -x ${pid.trim()} || true`)).stdout).toBe("");
  });
});

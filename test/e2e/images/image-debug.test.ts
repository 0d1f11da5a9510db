import type { V1Container, V1ContainerState } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { ImageNode } from "../support/image-node.ts";
import { kubectl, Terminal } from "../support/kubectl.ts";
import { requestKubelet } from "../support/kubelet-client.ts";
import { pod, SLEEP } from "../support/manifests.ts";

let node: Node;
let image: string;

beforeAll(async () => {
  const images = await ImageNode.start("image-debug", { timerInterval: "1s", servingCertificate: true });
  ({ node } = images);
  image = await images.pushBusybox();
  await node.run(
    pod(node, "web", { image, command: ["sleep", "1001"] }),
    pod(node, "plain", { ...SLEEP, name: "host" }),
  );
  await node.container("web", ({ state }) => state?.running);
  await node.container("plain", ({ state }) => state?.running, "host");
});

afterAll(() => node[Symbol.asyncDispose]());

/** Its status, once it is as the probe wants it. */
function added(name: string, container: string, probe: (state: V1ContainerState) => unknown) {
  return node.until(
    name,
    (seen) =>
      seen?.status?.ephemeralContainerStatuses?.find((each) => each.name === container && probe(each.state ?? {})),
    { what: `ephemeral container ${container} of ${name}` },
  );
}

async function debug(name: string, container: string, flags: readonly string[], ...argv: string[]): Promise<void> {
  const own = flags.some((flag) => flag.startsWith("--image=")) ? [] : [`--image=${image}`];
  const result = await kubectl(node, ["debug", name, `--container=${container}`, ...own, ...flags, "--", ...argv]);
  expect(result).toMatchObject({ code: 0 });
  await node.sync();
}

/** What a debugging container has written by its end. */
async function seenBy(name: string, container: string, flags: readonly string[], script: string): Promise<string> {
  await debug(name, container, flags, "sh", "-c", script);
  const { state } = await added(name, container, ({ terminated }) => terminated);
  expect(state?.terminated).toMatchObject({ exitCode: 0 });
  return await node.log(name, container);
}

const WHERE = "for each in uts ipc pid; do readlink /proc/self/ns/$each; done; hostname; ps -o args | grep '^sleep'";

describe("kubectl debug", () => {
  test("--target: among the processes of that container, with the pod's name and IPC", async () => {
    const before = await node.invocation("web");
    const enter = ["/usr/local/lib/unitlet/container-enter", node.unit("web"), "sh", "-c", WHERE];
    const { stdout } = await node.exec(enter);
    expect(await seenBy("web", "beside", ["--target=main"], WHERE)).toBe(stdout);
    expect(stdout).toContain("sleep 1001");
    expect(await node.invocation("web")).toBe(before);
  });

  test("-it: a shell on a terminal", async () => {
    const flags = ["-c", "typed", `--image=${image}`, "--target=main"];
    const terminal = new Terminal(node, ["debug", "-it", "web", ...flags, "--", "sh"]);
    // The first one may have been there before anybody was attached.
    await terminal.waitForOutput(/command prompt/);
    terminal.type("\r");
    await terminal.waitForOutput(/[#$] /);
    terminal.type("ps -o args; test -t 0 && echo on a term''inal\r");
    expect(await terminal.waitForOutput(/on a terminal\r\n/)).toContain("sleep 1001\r\n");
    terminal.type("exit 6\r");
    const { state } = await added("web", "typed", ({ terminated }) => terminated);
    expect(state?.terminated?.exitCode).toBe(6);
  });

  test("--target: ends with it, and the pod goes on", async () => {
    await debug("web", "follows", ["--target=main"], "sleep", "1002");
    await added("web", "follows", ({ running }) => running);
    await node.exec("pkill -KILL -xf 'sleep 1001'");
    const { state } = await added("web", "follows", ({ terminated }) => terminated);
    expect(state?.terminated?.exitCode).toBe(137);
    await node.container("web", (each) => each.state?.running && each.restartCount === 1);
  });

  test("--target: is waited for", async () => {
    const first = { name: "first", image, command: ["sh", "-c", "until test -e /dev/shm/go; do sleep 0.1; done"] };
    await node.run(
      pod(node, "late", { image, command: ["sleep", "1003"] }, { initContainers: [first] as V1Container[] }),
    );
    await node.container("late", ({ state }) => state?.running, "first");
    await debug("late", "patient", ["--target=main"], "ps", "-o", "args");
    const isTold = ({ waiting }: V1ContainerState) => waiting?.reason === "CreateContainerConfigError";
    const { state } = await added("late", "patient", isTold);
    expect(state?.waiting?.message).toBe("unable to find target container main: it is not running");
    const enter = ["/usr/local/lib/unitlet/container-enter", node.unit("late", "first")];
    await node.exec([...enter, "touch", "/dev/shm/go"]);
    await added("late", "patient", ({ terminated }) => terminated);
    expect(await node.log("late", "patient")).toContain("sleep 1003");
  });

  test("without a target: among its own processes, in the pod", async () => {
    const own = await seenBy("web", "alone", [], "cat /proc/1/comm; hostname");
    expect(own).toBe("sh\nweb\n");
  });

  test("from the host's files: the container's processes are among all", async () => {
    expect(await seenBy("web", "from-host", ["--image=host", "--target=main"], "pgrep -xf 'sleep 1001' | wc -l")).toBe(
      "1\n",
    );
  });

  test("an image-based debug container of a host-based one has namespaces of its own, and an Event says so", async () => {
    expect(await seenBy("plain", "look", ["--target=host"], "cat /proc/1/comm")).toBe("cat\n");
    const events = () => node.kubectl("get", "events", "--field-selector=reason=FieldIgnored", "-o", "wide");
    const result = "spec.ephemeralContainers[look].targetContainerName is ignored";
    await node.machine.until(async () => [(await events()).includes(result), await events()], { what: "the Event" });
  });

  test("an image that cannot be pulled is reported for that container alone", async () => {
    await debug("web", "absent", ["--image=127.0.0.1:5000/none:1"], "sh");
    const { state } = await added("web", "absent", ({ waiting }) => waiting?.message);
    expect(state?.waiting?.reason).toMatch(/^(ErrImagePull|ImagePullBackOff)$/);
    await node.container("web", ({ ready }) => ready);
  });

  test.for([
    ["general", /^CapEff:\t00000000a80c05fb$/m],
    ["restricted", /^CapEff:\t0000000000000000$/m],
    ["sysadmin", /^CapEff:\t000001ff/m],
  ] as const)("--profile=%s gives what it says", async ([profile, rights]) => {
    const flags = [`--profile=${profile}`];
    // Demanded of who is not root.
    await debug("web", profile, flags, "cat", "/proc/self/status");
    const { state } = await added("web", profile, ({ terminated, waiting }) => terminated ?? waiting?.message);
    if (profile === "restricted") expect(state?.waiting?.message).toContain("runAsNonRoot");
    else expect(await node.log("web", profile)).toMatch(rights);
  });

  test("--copy-to: another pod, whose containers see each other", async () => {
    const flags = ["--copy-to=copy", "--same-node", "--share-processes"];
    await debug(
      "web",
      "look",
      flags,
      "sh",
      "-c",
      "until ps -o args | grep -q '^sleep 1001'; do sleep 0.1; done; ps -o args",
    );
    await node.machine.until(async () => [(await node.log("copy", "look")).includes("sleep 1001"), ""], {
      what: "what it sees",
    });
    expect(await node.log("copy", "look")).toContain("/usr/bin/sleep infinity");
    await node.kubectl("delete", "pod", "copy", "--wait=false");
  });
});

test("what a pod has for shared processes is counted with the pod, and only there", async () => {
  await node.run(pod(node, "counted", { image }, { shareProcessNamespace: true }));
  await node.container("counted", ({ state }) => state?.running);
  const served = async () => {
    const { body } = await requestKubelet(node, "/metrics/resource");
    const lines = body
      .split("\n")
      .filter((line) => line.includes('pod="counted"') && line.includes("memory_working_set"));
    const names = lines.map((line) => line.split("{")[0]).toSorted();
    return [names.join() === "container_memory_working_set_bytes,pod_memory_working_set_bytes", names];
  };
  await node.machine.until(served, { what: "the memory of the pod and of its container" });
  const pods = JSON.parse((await requestKubelet(node, "/stats/summary")).body).pods as { podRef: { name: string } }[];
  expect(pods.filter(({ podRef }) => podRef.name === "counted")).toHaveLength(1);
});

test("kubectl debug node/NAME: among the host's processes, with its files", async () => {
  const result = await kubectl(node, ["debug", `node/${node.name}`, `--image=${image}`, "--", "cat", "/proc/1/comm"]);
  const name = /node-debugger-\S+/.exec(result.stdout + result.stderr)?.[0].replace(/\W+$/, "") ?? "";
  await node.until(name, (seen) => seen?.status?.phase === "Succeeded");
  expect(await node.log(name, "debugger")).toBe("systemd\n");
});

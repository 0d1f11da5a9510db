import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { kubectl, Terminal } from "../support/kubectl.ts";
import { installServingCertificate } from "../support/kubelet-client.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "debug", { settings: { kubeletIdleTimeout: "1s" } });
  await installServingCertificate(node);
  await node.run(pod(node, "target", SLEEP));
  await node.container("target", ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

/** Its status, once it is as the probe wants it. */
function ephemeral(name: string, container: string, probe: (state: object) => unknown) {
  const find = (seen: Awaited<ReturnType<Node["get"]>>) =>
    seen?.status?.ephemeralContainerStatuses?.find((each) => each.name === container && probe(each.state ?? {}));
  return node.until(name, find, { what: `ephemeral container ${container} of ${name}` });
}

const add = (name: string, container: string, flags: readonly string[], ...argv: string[]) =>
  kubectl(node, ["debug", name, `--container=${container}`, "--image=host", ...flags, "--", ...argv]);

test("kubectl debug -it: a shell beside the container, and the pod goes on", async () => {
  const before = await node.invocation("target");
  const terminal = new Terminal(node, [
    "debug",
    "-it",
    "target",
    "-c",
    "look",
    "--image=host",
    "--target=main",
    "--",
    "sh",
  ]);
  await terminal.waitForOutput(/command prompt/);
  terminal.type("\r");
  await terminal.waitForOutput(/[#$] /);
  terminal.type("stty size; pgrep -xf 'sleep infinity'; cat /proc/self/cgroup\r");
  const seen = await terminal.waitForOutput(/unitlet\.\S+\.target\.look\.service/);
  expect(seen).toMatch(/31 91\r\n\d+/);
  terminal.type("exit 6\r");
  expect(await terminal.ended).toBe(0);
  const { state, restartCount, lastState } = await ephemeral("target", "look", (each) => "terminated" in each);
  expect([state?.terminated?.exitCode, restartCount, lastState]).toEqual([6, 0, {}]);
  const after = await node.get("target");
  expect([after?.status?.phase, after?.status?.containerStatuses?.[0]?.ready]).toEqual(["Running", true]);
  expect(await node.invocation("target")).toBe(before);
});

test("without a terminal: its output is in the log, and runs bring it back no more", async () => {
  expect(await add("target", "once", [], "sh", "-c", "echo seen; exit 3")).toMatchObject({ code: 0 });
  await ephemeral("target", "once", (each) => "terminated" in each);
  const logs = async () => await node.kubectl("logs", "target", "-c", "once");
  await node.machine.until(async () => (await logs()) === "seen\n", { what: "its log" });
  await node.syncWithoutCache();
  await node.syncWithoutCache();
  const { state, restartCount } = await ephemeral("target", "once", () => true);
  expect([state?.terminated?.exitCode, restartCount]).toEqual([3, 0]);
  const { stdout } = await node.exec(`wc -l <$(ls /var/lib/unitlet/pods/*/once.exits)`);
  expect(stdout.trim()).toBe("1");
});

test("exec goes into it, too", async () => {
  await add("target", "stay", [], "sleep", "4321");
  await ephemeral("target", "stay", (each) => "running" in each);
  const { stdout } = await kubectl(node, ["exec", "target", "-c", "stay", "--", "cat", "/proc/self/cgroup"]);
  expect(stdout).toContain("target.stay.service");
});

describe("it is no part of the pod's life", () => {
  test("a pod ends without it, and takes it along", async () => {
    await node.run(pod(node, "short", shell("until test -e /tmp/go; do sleep 0.1; done"), { restartPolicy: "Never" }));
    await node.container("short", ({ ready }) => ready);
    await add("short", "long", [], "sleep", "4322");
    await ephemeral("short", "long", (each) => "running" in each);
    await node.kubectl("exec", "short", "-c", "main", "--", "touch", "/tmp/go");
    await node.until("short", (seen) => seen?.status?.phase === "Succeeded");
    await node.machine.until(async () => (await node.exec("pgrep -xf 'sleep 4322' || :")).stdout === "", {
      what: "its end",
    });
  });

  test("what cannot be started is said of it alone", async () => {
    await add("target", "none", [], "/no/such/program");
    const { state } = await ephemeral("target", "none", (each) => "terminated" in each);
    expect(state?.terminated?.exitCode).toBe(128);
    expect((await node.get("target"))?.status?.phase).toBe("Running");
  });
});

test("nothing of it stays behind the pod", async () => {
  await node.kubectl("delete", "pod", "target");
  await node.sync();
  const left =
    "ls -d /etc/systemd/system/unitlet.*target* /var/lib/unitlet/pods/*/ 2>/dev/null; pgrep -xf 'sleep 4321' || :";
  await node.machine.until(async () => !(await node.exec(left)).stdout.includes("target"), { what: "nothing" });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP } from "../support/manifests.ts";
import { isReady, waitForPods } from "../support/wait-for-pods.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "oom-kills");
});

afterAll(() => node[Symbol.asyncDispose]());

/** A program that waits for a child, which needs more memory than its container may have, and ends with 7. */
const HOG = {
  command: ["perl", "-e", 'if (fork) { wait; exit 7 } my $n = 1e8; my $x = "a" x $n; sleep 1000'],
  resources: { limits: { memory: "32Mi" } },
};

/** On v1 the kernel kills one process alone. */
const isUnified = async () => (await node.exec("ls /sys/fs/cgroup")).stdout.includes("cgroup.controllers");

const killed = async () => ({
  terminated: expect.objectContaining({ exitCode: (await isUnified()) ? 137 : 7, reason: "OOMKilled" }),
});

test("all of them, for a child of the program", async () => {
  await node.run(pod(node, "hog", HOG, { restartPolicy: "Never" }));
  const { state } = await node.container("hog", ({ state }) => state?.terminated);
  expect(state).toEqual(await killed());
});

test("the program, when what it wrote in memory keeps the helper that records its end from running", async () => {
  const command = ["dd", "if=/dev/zero", "of=/run/memory/file", "bs=1M", "count=100"];
  const filler = { ...HOG, command, volumeMounts: [{ name: "memory", mountPath: "/run/memory" }] };
  const volumes = [{ name: "memory", emptyDir: { medium: "Memory" } }];
  await node.run(pod(node, "filler", filler, { restartPolicy: "Never", volumes }));
  const { state } = await node.container("filler", ({ state }) => state?.terminated);
  expect(state).toEqual({ terminated: expect.objectContaining({ exitCode: 137, reason: "OOMKilled" }) });
});

test("in an init container", async () => {
  const initContainers = [{ ...HOG, name: "first", image: "host" }];
  await node.run(pod(node, "init-hog", SLEEP, { restartPolicy: "Never", initContainers }));
  await node.until("init-hog", (seen) => seen?.status?.phase === "Failed");
  expect((await node.get("init-hog"))?.status?.initContainerStatuses?.[0]?.state).toEqual(await killed());
});

test("the others go on with singleProcessOOMKill, and the kill is counted", async () => {
  await node.exec("mkdir -p /etc/unitlet/unitlet.conf.d");
  await node.machine.write("/etc/unitlet/unitlet.conf.d/99-test.conf", "singleProcessOOMKill = yes\n");
  const command = [...HOG.command.slice(0, 2), HOG.command[2]?.replace("wait; exit 7", "wait; sleep 1000") ?? ""];
  await node.run(pod(node, "survivor", { ...HOG, command }, { restartPolicy: "Never" }));
  await waitForPods(node, ["survivor"], isReady);
  const group = await node.show("survivor", "ControlGroup");
  const kills = async () => {
    const { stdout } = await node.exec(
      `cat $(find /sys/fs/cgroup -path "*${group}/memory.events" -o -path "*${group}/memory.oom_control")`,
    );
    return [/^oom_kill 1$/m.test(stdout), stdout];
  };
  await node.machine.until(kills, { what: "a child that was killed" });
  expect(await node.show("survivor", "ActiveState")).toBe("active");
  await node.exec("rm /etc/unitlet/unitlet.conf.d/99-test.conf");
});

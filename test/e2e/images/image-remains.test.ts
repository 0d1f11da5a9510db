import { afterAll, beforeAll, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { ImageNode } from "../support/image-node.ts";
import { kubectl } from "../support/kubectl.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;
let image: string;

beforeAll(async () => {
  const images = await ImageNode.start("image-remains", { timerInterval: "1s", servingCertificate: true });
  ({ node } = images);
  image = await images.pushBusybox();
});

afterAll(() => node[Symbol.asyncDispose]());

/**
 * The units, pipes and descriptors of PID 1 that hold the output of containers. find(1) would fail when PID 1 closes a
 * descriptor meanwhile.
 */
const OUTPUTS = `
  systemctl list-units --all --plain --no-legend 'unitlet-log@*'
  find /run/unitlet/log -type p
  readlink /proc/1/fd/* | sed -n '\\,^/run/unitlet/log/,p'`;

const outputs = async () => (await node.exec(OUTPUTS)).stdout;

const says = (text: string, name: string) => ({ ...shell(text, { image }), name });
const running = (name: string) => node.container(name, ({ state }) => state?.running);

test("nothing that held the output of a pod's containers is left after the pod", async () => {
  const inits = { initContainers: [says("echo one", "first"), says("echo two", "second")] };
  const sidecar = { ...says("echo beside; exec sleep 1000", "beside"), restartPolicy: "Always" };
  const main = says("echo main; exec sleep 1000", "main");
  const never = { restartPolicy: "Never" };
  await node.run(
    pod(node, "inits", main, inits),
    pod(node, "sidecar", main, { initContainers: [says("true", "first"), sidecar] }),
    pod(node, "mixed", { ...SLEEP }, { initContainers: [says("echo x", "first")] }),
    pod(node, "stuck", main, { initContainers: [says("exit 1", "first")] }),
    pod(node, "over", says("echo done", "main"), { ...inits, ...never }),
    pod(node, "crashing", says("echo again; exit 1", "main"), inits),
    pod(node, "debugged", main),
  );
  for (const name of ["inits", "sidecar", "mixed", "debugged"]) await running(name);
  const debug = [
    "debug",
    "debugged",
    `--image=${image}`,
    "--container=look",
    "--target=main",
    "--",
    "sh",
    "-c",
    "echo x",
  ];
  expect(await kubectl(node, debug)).toMatchObject({ code: 0 });
  const isOver = ({ name, state }: { name: string; state?: { terminated?: unknown } }) =>
    name === "look" && state?.terminated;
  await node.until("debugged", (seen) => seen?.status?.ephemeralContainerStatuses?.some(isOver));
  await node.until("over", (seen) => seen?.status?.phase === "Succeeded");
  await node.container("crashing", ({ restartCount }) => restartCount > 0);
  await node.container("stuck", ({ restartCount }) => restartCount > 0, "first");
  expect(await outputs()).toContain("unitlet-log@");

  await node.kubectl("delete", "pods", "--all", "--wait=false");
  await node.kubectl("wait", "pods", "--all", "--for=delete", "--timeout=150s");
  await node.machine.until(async () => [(await outputs()) === "", await outputs()], { what: "no pipe to be left" });
});

test("what an earlier version has left of deleted pods is stopped by the next full run", async () => {
  const orphan = "unitlet-log@9d4b5a4e-0000-4000-8000-000000000000.setup.socket";
  // StopWhenUnneeded= would stop a socket that no unit wants once a unit that wanted it ends; nothing wants this one.
  await node.exec(["systemctl", "start", orphan]);
  await node.syncWithoutCache();
  await node.machine.until(async () => [(await outputs()) === "", await outputs()], { what: "no pipe to be left" });
});

test("a process that a killed helper has left is killed when its pod is removed", async () => {
  const made = pod(node, "backing-off", says("exit 1", "main")) as { metadata: object };
  const annotations = { "unitlet.dev/back-off": "3000s 3000s" };
  await node.run({ ...made, metadata: { ...made.metadata, annotations } });
  const { metadata } = await node.until("backing-off", (seen) => {
    const [main] = seen?.status?.containerStatuses ?? [];
    return main?.state?.waiting?.reason === "CrashLoopBackOff" && seen;
  });
  const slice = (metadata?.uid ?? "").replaceAll("-", "_");
  const groups = async () => (await node.exec(`find /sys/fs/cgroup -type d -name '*${slice}*'`)).stdout;
  // KillMode=process leaves the sleep of container-start.
  const kill = `pgrep -f '[c]ontainer-start .*backing-off' | xargs kill -KILL`;
  await node.machine.until(() => node.exec(kill), { what: "a container-start to kill" });
  const left = async () => (await node.exec("pgrep -fc '[s]leep (29|30)[0-9][0-9]' || true")).stdout.trim();
  await node.machine.until(async () => [Number(await left()) >= 2, await left()], { what: "a process that is left" });
  await node.kubectl("delete", "pod", "backing-off", "--timeout=150s");
  await node.machine.until(async () => [(await groups()) === "", await groups()], { what: "no cgroup to be left" });
  expect(await left()).toBe("0");
});

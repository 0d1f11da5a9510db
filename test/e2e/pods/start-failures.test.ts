import type { V1ContainerStatus } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { waitForEvents } from "../support/events.ts";
import { ImageNode } from "../support/image-node.ts";
import { type Container, pod, SLEEP } from "../support/manifests.ts";

let node: Node;

/** Units in which systemd fails at a step before the program. With all but the last, the helpers cannot run either. */
const DROP_INS = {
  namespace: "BindPaths=/no/such:/mnt",
  directory: "WorkingDirectory=/no/such",
  user: "User=no-such-user",
  program: "ExecStart=\\nExecStart=/no/such/helper",
} as const;

const limited = (memory: string): Container => ({ ...SLEEP, resources: { limits: { memory } } });

beforeAll(async () => {
  const started = await ImageNode.start("start-failures", { settings: { dropIns: "keep" } });
  node = started.node;
  const image = await started.pushBusybox();
  const sandbox = `unitlet-sandbox.${node.namespace}.sandboxed.pod.service`;
  const units = Object.entries(DROP_INS).map(([name, line]) => [node.unit(name), line] as const);
  for (const [unit, line] of [...units, [sandbox, "ExecStartPre=/bin/false"] as const]) {
    const directory = `/etc/systemd/system/${unit}.d`;
    await node.exec(`mkdir -p ${directory} && printf '[Service]\\n${line}\\n' >${directory}/own.conf`);
  }
  await node.exec("systemctl daemon-reload");
  await node.run(
    pod(node, "byte", limited("128m")),
    pod(node, "sandboxed", { image }),
    pod(node, "never", limited("1"), { restartPolicy: "Never" }),
    pod(node, "init", SLEEP, { initContainers: [{ name: "first", image: "host", ...limited("1") }] }),
    ...Object.keys(DROP_INS).map((name) => pod(node, name, SLEEP)),
  );
});

afterAll(() => node[Symbol.asyncDispose]());

const isCrashLooping = ({ state }: V1ContainerStatus) => state?.waiting?.reason === "CrashLoopBackOff";

const startError = (message: string) => ({
  terminated: expect.objectContaining({ exitCode: 128, reason: "StartError", message }),
});
const tooLow = (limit: string) =>
  startError(`cannot start the container: the start was killed: the memory limit "${limit}" may be too low`);
const atStep = (status: string) =>
  startError(
    `cannot start the container: the unit ended with exit-code, status ${status}: see the journal of its unit on the node`,
  );

test("a start that fails after its helper has run says systemd's words", async () => {
  const { lastState } = await node.container("program", isCrashLooping);
  expect(lastState?.terminated).toMatchObject({
    ...{ exitCode: 128, reason: "StartError" },
    message: "Failed at step EXEC spawning /no/such/helper: No such file or directory",
  });
});

test("a start that waits for a unit which fails is an Event of the pod", async () => {
  const words = `Failed: Error: cannot start ${node.unit("sandboxed")}: a unit that it requires has failed`;
  await waitForEvents(node, "sandboxed", [words]);
});

describe("a start that fails before any helper can record it", () => {
  test.each([
    ["for want of memory", "byte", "main", tooLow("128m")],
    ["for want of memory, of an init container", "init", "first", tooLow("1")],
    ["at the mounts of systemd", "namespace", "main", atStep("226/NAMESPACE")],
    ["at the user of systemd", "user", "main", atStep("217/USER")],
    ["at the working directory of systemd", "directory", "main", atStep("200/CHDIR")],
  ])("%s counts as a restart, says why, and backs off", async (_, name, container, lastState) => {
    const status = await node.container(name, isCrashLooping, container);
    expect(status).toMatchObject({ lastState, ready: false, started: false });
    expect(status.restartCount).toBeGreaterThanOrEqual(1);
    expect(status.state?.waiting?.message).toMatch(
      /^back-off (10s|20s|40s|1m20s|2m40s|5m0s) restarting failed container=/,
    );
  });

  test("is an Event of the pod", async () => {
    await node.container("byte", isCrashLooping);
    const selector = "--field-selector=involvedObject.name=byte,type=Warning,reason=Failed";
    const told = () => node.kubectl("get", "events", selector, "-o", "jsonpath={.items[*].message}");
    await node.machine.until(
      async () => [(await told()).includes('the memory limit "128m" may be too low'), await told()],
      {
        what: "the Event",
      },
    );
  });

  test("ends a pod that is not restarted", async () => {
    const { state, restartCount } = await node.container("never", (status) => status.state?.terminated);
    expect({ state, restartCount }).toEqual({ state: tooLow("1"), restartCount: 0 });
    await node.until("never", (object) => object?.status?.phase === "Failed");
  });

  // systemd would start an init container again with each container that waits for it.
  test.each([
    ["byte", "main"],
    ["init", "first"],
  ])("is not repeated by systemd, and waits 10 s, then 20 s: %s", async (name, container) => {
    const uid = (await node.get(name))?.metadata?.uid;
    const times = async () => {
      const lines = (await node.machine.read(`/var/lib/unitlet/pods/${uid}/${container}.exits`)).trim().split("\n");
      return lines.map((line) => Number(line.split(" ")[5]));
    };
    const settled = async (): Promise<[boolean, number[]]> => {
      const all = await times();
      return [all.length >= 4, all];
    };
    await node.machine.until(settled, { what: "four starts", every: 500 });
    const [, second = 0, third = 0, fourth = 0] = await times();
    expect(third - second).toBeGreaterThanOrEqual(10);
    expect(fourth - third).toBeGreaterThanOrEqual(20);
  });

  test("is over when the cause is gone", async () => {
    await node.exec(`rm -r /etc/systemd/system/${node.unit("namespace")}.d && systemctl daemon-reload`);
    const { restartCount } = await node.container("namespace", ({ ready }) => ready);
    expect(restartCount).toBeGreaterThanOrEqual(1);
  });
});

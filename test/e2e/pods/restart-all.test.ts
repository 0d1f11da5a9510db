import type { V1Container, V1Pod, V1PodSpec } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { Node } from "../../support/node.ts";
import { Kubectl } from "../support/kubectl.ts";
import { type Container, pod, shell } from "../support/manifests.ts";

let node: Node;
let proxy: FaultProxy;

/** Ends with this code once, when all others of its pod have begun and one has ended; later it sleeps. */
const OTHERS = "first side app done".split(" ").map((each) => `until grep -qx ${each} /v/log; do sleep 0.1; done`);
const FAILS_ONCE = `echo $NAME >>/v/log; [ ! -e /v/failed ] || exec sleep 1000; touch /v/failed; ${OTHERS.join("; ")}; sleep 3; exit 42`;
const SLEEPS = "echo $NAME >>/v/log; exec sleep 1000";
const ENDS = "echo $NAME >>/v/log";

const RULE: Container = {
  restartPolicyRules: [{ action: "RestartAllContainers", exitCodes: { operator: "In", values: [42] } }],
};

function member(name: string, command: string, change: Container = {}): V1Container {
  const env = [{ name: "NAME", value: name }];
  return {
    name,
    image: "host",
    ...shell(command, { env, volumeMounts: [{ name: "v", mountPath: "/run/v" }], ...change }),
  };
}

const inRun = (command: string) => command.replaceAll("/v/", "/run/v/");

/** init, sidecar and two main containers under Never; `cause` is the one that fails once. */
function family(name: string, cause: string): object {
  const failing = (each: string, usual: string, policy: string) =>
    member(each, inRun(each === cause ? FAILS_ONCE : usual), {
      ...(each === cause || policy === "Always" ? { restartPolicy: policy } : {}),
      ...(each === cause ? RULE : {}),
    });
  const spec: Partial<V1PodSpec> = {
    restartPolicy: "Never",
    volumes: [{ name: "v", emptyDir: {} }],
    initContainers: [member("first", inRun(ENDS)), failing("side", SLEEPS, "Always")],
  };
  return pod(node, name, [failing("app", SLEEPS, "Never"), failing("done", ENDS, "Never")], spec);
}

beforeAll(async () => {
  const cluster = await Cluster.up();
  proxy = await FaultProxy.start(cluster);
  node = await Node.join(cluster, "node-84", { proxy });
  await node.run(family("by-app", "app"), family("by-side", "side"));
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

const statuses = (object?: V1Pod) => [
  ...(object?.status?.initContainerStatuses ?? []),
  ...(object?.status?.containerStatuses ?? []),
];

async function restarted(name: string): Promise<V1Pod> {
  return await node.until(name, (seen) => {
    const all = statuses(seen);
    const isBack = all.every(({ restartCount }) => restartCount === 1) && all.every(({ state }) => !state?.waiting);
    return (
      seen && all.length === 4 && isBack && seen.status?.containerStatuses?.some(({ state }) => state?.running) && seen
    );
  });
}

describe.each([
  ["by-app", "app"],
  ["by-side", "side"],
])("%s: an exit of %s", (name, cause) => {
  test("restarts all containers once, whatever their policies and ends", async () => {
    const object = await restarted(name);
    expect(Object.fromEntries(statuses(object).map((each) => [each.name, each.restartCount]))).toEqual({
      first: 1,
      side: 1,
      app: 1,
      done: 1,
    });
    expect(object.status?.phase).toBe("Running");
  });

  test("tells the end of each", async () => {
    const ends = statuses(await restarted(name)).map(({ name: of, lastState }) => {
      const { exitCode, reason } = lastState?.terminated ?? {};
      return [of, { exitCode, reason }] as const;
    });
    const removed = { exitCode: 137, reason: "RestartingAllContainers" };
    const own = { exitCode: 42, reason: "Error" };
    const completed = { exitCode: 0, reason: "Completed" };
    expect(Object.fromEntries(ends)).toEqual({
      first: completed,
      done: completed,
      side: cause === "side" ? own : removed,
      app: cause === "app" ? own : removed,
    });
  });

  test("lets init containers run first, and keeps volumes", async () => {
    await restarted(name);
    const { stdout } = await node.machine.exec(
      `cat /var/lib/unitlet/pods/${(await node.get(name))?.metadata?.uid}/volumes/v/log`,
    );
    const begun = stdout.trim().split("\n");
    expect(begun.toSorted()).toEqual(["app", "app", "done", "done", "first", "first", "side", "side"]);
    const again = begun.lastIndexOf("first");
    expect(begun.slice(again).toSorted()).toEqual(["app", "done", "first", "side"]);
  });

  test("is over in the condition", async () => {
    await restarted(name);
    await node.until(name, ({ status } = {}) =>
      status?.conditions?.some((each) => each.type === "AllContainersRestarting" && each.status === "False"),
    );
  });
});

test("a container has two seconds to end, whatever its hook does, and the condition says what happens", async () => {
  const stubborn = member("stubborn", "trap '' TERM; while :; do sleep 0.1; done", {
    lifecycle: { preStop: { exec: { command: ["/bin/sleep", "100"] } } },
  });
  const failsOnce = "[ ! -e /v/failed ] || exec sleep 1000; touch /v/failed; sleep 1; exit 42";
  const cause = member("cause", inRun(failsOnce), { restartPolicy: "Never", ...RULE });
  // The condition lasts for two seconds: a watch misses nothing, a busy host that polls would.
  const watch = new Kubectl(node, ["get", "pods", "--watch", "--field-selector=metadata.name=slow", "-o", "json"]);
  await node.run(
    pod(node, "slow", [stubborn, cause], { restartPolicy: "Never", volumes: [{ name: "v", emptyDir: {} }] }),
  );
  const words = '"message": "container exited with restart policy rule",';
  const more = '"reason": "RestartAllContainersStarted",\\s*"status": "True",\\s*"type": "AllContainersRestarting"';
  await watch.waitForOutput(new RegExp(`${words}[^{}]*${more}`));
  watch.child.kill();
  await watch.ended;
  await node.until("slow", (seen) => {
    const all = statuses(seen);
    return all.length === 2 && all.every(({ restartCount, state }) => restartCount === 1 && state?.running);
  });
});

test("the request on the disk is enough, should the run that saw it first be killed", async () => {
  const object = await restarted("by-app");
  const data = `/var/lib/unitlet/pods/${object.metadata?.uid}`;
  await node.machine.exec(`echo app >${data}/restart-all`);
  await node.machine.exec("true >/run/unitlet/sync-requested");
  await node.until("by-app", (seen) => {
    const all = statuses(seen);
    return all.length === 4 && all.every(({ restartCount }) => restartCount === 2);
  });
  const left = async () => (await node.machine.exec(`ls ${data}`)).stdout;
  await node.machine.until(async () => [!(await left()).includes("restart-all"), await left()], { what: "no request" });
});

test("an exit while the API server is away restarts all of them, and is told later", async () => {
  const command = inRun(
    "echo $NAME >>/v/log; [ -e /v/failed ] && exec sleep 1000; until [ -e /v/go ]; do sleep 0.1; done; touch /v/failed; exit 42",
  );
  const cause = member("cause", command, { restartPolicy: "Never", ...RULE });
  const volumes = [{ name: "v", emptyDir: {} }];
  const initContainers = [member("first", inRun(ENDS))];
  await node.run(
    pod(node, "away", [cause, member("other", inRun(SLEEPS))], { restartPolicy: "Never", volumes, initContainers }),
  );
  const isUp = (seen?: V1Pod) => seen?.status?.containerStatuses?.every(({ state }) => state?.running) && seen;
  const object = await node.until("away", isUp);
  const volume = `/var/lib/unitlet/pods/${object.metadata?.uid}/volumes/v`;
  proxy.on(() => ({ reset: true }));
  await node.machine.exec(`touch ${volume}/go`);
  const log = async () => (await node.machine.exec(`cat ${volume}/log`)).stdout.trim().split("\n").toSorted();
  const all = ["cause", "cause", "first", "first", "other", "other"];
  await node.machine.until(async () => (await log()).join() === all.join(), { what: "the second start of all" });
  proxy.clear();
  const after = await node.until(
    "away",
    (seen) => isUp(seen) && statuses(seen).every(({ restartCount }) => restartCount === 1) && seen,
  );
  const ends = after?.status?.containerStatuses?.map(({ name, lastState }) => [name, lastState?.terminated?.reason]);
  expect(Object.fromEntries(ends ?? [])).toEqual({ cause: "Error", other: "RestartingAllContainers" });
});

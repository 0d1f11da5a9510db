import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;

const init = (script: string) => ({ initContainers: [{ name: "first", image: "host", ...shell(script) }] });
const probe = (command: string) => ({ exec: { command: [command] }, periodSeconds: 1, timeoutSeconds: 60 });
const missing = { name: "missing", projected: { sources: [{ configMap: { name: "no-such-map" } }] } };
const never = { restartPolicy: "Never" };

/** name → container, the rest of the spec, and the words of `kubectl get pods`: no state changes by itself. */
const pods = {
  running: [SLEEP, {}, "1/1 Running"],
  completed: [shell("exit 0"), never, "0/1 Completed"],
  error: [shell("exit 1"), never, "0/1 Error"],
  initializing: [SLEEP, init("sleep infinity"), "0/1 Init:0/1"],
  "init-error": [SLEEP, { ...never, ...init("exit 1") }, "0/1 Init:Error"],
  "no-command": [{}, {}, "0/1 CreateContainerConfigError"],
  volume: [
    { ...SLEEP, volumeMounts: [{ name: "missing", mountPath: "/mnt" }] },
    { volumes: [missing] },
    "0/1 ContainerCreating",
  ],
  rejected: [
    { ...SLEEP, securityContext: { seccompProfile: { type: "Localhost", localhostProfile: "x" } } },
    {},
    "0/1 UnsupportedField",
  ],
  ready: [{ ...SLEEP, readinessProbe: probe("true"), livenessProbe: probe("true") }, {}, "1/1 Running"],
  unready: [{ ...SLEEP, readinessProbe: probe("false") }, {}, "0/1 Running"],
  "not-started": [{ ...SLEEP, startupProbe: { ...probe("false"), failureThreshold: 100_000 } }, {}, "0/1 Running"],
  hooked: [{ ...SLEEP, lifecycle: { preStop: { sleep: { seconds: 1 } } } }, {}, "1/1 Running"],
  sidecar: [
    SLEEP,
    { initContainers: [{ name: "side", image: "host", restartPolicy: "Always", ...SLEEP }] },
    "2/2 Running",
  ],
  late: [SLEEP, {}, "0/1 Error"],
} as const;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "quiet");
  const all = Object.entries(pods).map(([name, [container, spec]]) =>
    pod(node, name, container as object, spec as object),
  );
  await node.run(...all);
  // Not from its begin: a busy host may start it later than that.
  await node.container("late", ({ ready }) => ready);
  await node.kubectl("patch", "pod", "late", '--patch={"spec":{"activeDeadlineSeconds":1}}');
});

afterAll(() => node[Symbol.asyncDispose]());

test.each(Object.entries(pods).map(([name, [, , words]]) => [name, words]))("%s is %s", async (name, words) => {
  const line = () => node.kubectl("get", "pod", name, "--no-headers");
  const seen = async () => (await line()).trim().split(/\s+/).slice(1, 3).join(" ");
  await node.machine.until(async () => [(await seen()) === words, await line()], { what: `${name} to be ${words}` });
});

test("two hundred runs with nothing to do write nothing and say nothing", { timeout: 600_000 }, async () => {
  const all = async () => [
    await node.kubectl("get", "pods,events", "-o", "json"),
    await node.kubectl("get", "node", node.name, "-o", "json"),
    await node.journal(),
  ];
  await node.machine.until(isReported, { what: "two probes to have failed three times" });
  const runs = (before: string) => `for i in $(seq 100); do ${before} systemctl start unitlet-sync; done`;
  for (const before of ["", "rm -f /run/unitlet/fast-path.json;"]) {
    await renewNode();
    await syncUntilStable(all);
    const seen = await all();
    await node.machine.exec(runs(before), { timeout: 240_000 });
    expect(await all()).toEqual(seen);
  }
});

/** The first three failures in a row have Events. */
async function isReported(): Promise<boolean> {
  const { stdout } = await node.exec(
    "grep -l '\"failures\":3' /run/unitlet/pods/*/main.readiness /run/unitlet/pods/*/main.startup",
  );
  return stdout.trim().split("\n").length === 2;
}

/** Makes the node write its conditions now, as it does after 5 minutes: on a slow host that would be among the runs. */
async function renewNode(): Promise<void> {
  const conditions = [{ type: "Ready", lastHeartbeatTime: "2020-01-01T00:00:00Z" }];
  const patch = `--patch=${JSON.stringify({ status: { conditions } })}`;
  await node.cluster.kubectl(["patch", "node", node.name, "--subresource=status", patch]);
  const at = async () => {
    await node.syncWithoutCache();
    const found = (await node.cluster.get("node", node.name))?.status?.conditions;
    return new Date(found?.find(({ type }) => type === "Ready")?.lastHeartbeatTime ?? 0).getFullYear();
  };
  await node.machine.until(async () => [(await at()) > 2020, await at()], { what: "a heartbeat of the Node" });
}

/** Until nothing has been written for a second. */
async function syncUntilStable(poll: () => Promise<string[]>): Promise<void> {
  let last: string[] = [];
  await node.machine.until(
    async () => {
      const now = await poll();
      const isSame = JSON.stringify(now) === JSON.stringify(last);
      last = now;
      return [isSame, "still changing"];
    },
    { what: "a quiet node", every: 1500 },
  );
}

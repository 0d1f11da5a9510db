import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { Node } from "../../support/node.ts";
import { until } from "../../support/until.ts";
import { pod, shell } from "../support/manifests.ts";
import { isReady, waitForPods } from "../support/wait-for-pods.ts";

const SLOW = shell("trap 'sleep 0.3; exit 0' TERM; while :; do sleep 0.1; done");
const PODS = { ordinary: undefined, important: "important", critical: "system-node-critical" } as const;

let node: Node;
let proxy: FaultProxy;

beforeAll(async () => {
  const cluster = await Cluster.up();
  proxy = await FaultProxy.start(cluster);
  node = await Node.join(cluster, "node-35", { proxy });
  const kind = { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass" };
  await node.apply({ ...kind, metadata: { name: "important" }, value: 1000 });
  const pods = Object.entries(PODS).map(([name, priorityClassName]) =>
    pod(node, name, SLOW, { terminationGracePeriodSeconds: 60, ...(priorityClassName && { priorityClassName }) }),
  );
  // The API server loads a PriorityClass a moment after it has accepted it.
  const applied = () => node.apply(...pods).then(() => true);
  await until(applied, { what: "the API server to accept the pods" });
  await node.sync();
  await waitForPods(node, Object.keys(PODS), isReady);
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

/** When a container was done, by its exit record. */
async function finishedAt(name: string): Promise<number> {
  const uid = (await node.get(name))?.metadata?.uid;
  const log = await node.machine.read(`/var/lib/unitlet/pods/${uid}/main.exits`);
  return Number(log?.split(" ")[5]);
}

/** Each takes 0.3 s to stop, and begins when those of less importance are done. */
async function expectOrder(): Promise<void> {
  const order = await Promise.all(Object.keys(PODS).map(finishedAt));
  expect(order.toSorted()).toEqual(order);
  expect(Math.min(...order.slice(1).map((at, i) => at - (order[i] ?? at)))).toBeGreaterThan(0.25);
}

async function ready(): Promise<object | undefined> {
  const conditions = (await node.cluster.get("node", node.name))?.status?.conditions ?? [];
  const found = conditions.find(({ type }) => type === "Ready");
  return found && { status: found.status, reason: found.reason, message: found.message };
}

test("what a shutdown needs is up, and systemd has nothing to complain of", async () => {
  const { stdout } = await node.exec(
    "systemctl list-units --plain --no-legend 'unitlet-shutdown-*' 'unitlet-priority-*' | awk '{ print $1, $3 }'",
  );
  expect(stdout.trim().split("\n").toSorted()).toEqual(
    [
      ...[0, 1, 1000, 1_000_000, 2_000_000_000, 2_000_001_000].map((band) => `unitlet-priority-${band}.target active`),
      "unitlet-shutdown-begin.service active",
      "unitlet-shutdown-deadline.service active",
      "unitlet-shutdown-end.service active",
    ].toSorted(),
  );
  const state = async () => (await node.exec("systemctl is-system-running || :")).stdout;
  await node.machine.until(async () => [(await state()) === "running\n", await state()], { what: "nothing wrong" });
});

test("stopping these units by hand does not make the node NotReady, and they are started again", async () => {
  await node.exec("systemctl stop unitlet-shutdown-begin.service unitlet-priority-0.target");
  expect(await ready()).toMatchObject({ status: "True" });
  await node.syncWithoutCache();
  const isUp = () => node.exec("systemctl is-active unitlet-shutdown-begin.service unitlet-priority-0.target");
  await node.machine.until(isUp, { what: "what an admin has stopped" });
});

test("pods stop one importance after the other, and the cluster hears of it before the network goes", async () => {
  // The machine comes back at once: so that what it said last can be read, nothing may be said after that.
  await node.exec("systemctl disable unitlet-sync.timer unitlet-sync.path");
  await node.machine.reboot();
  expect(await ready()).toEqual({ status: "False", reason: "KubeletNotReady", message: "node is shutting down" });
  await expectOrder();
  const status = (await node.get("ordinary"))?.status?.containerStatuses?.[0];
  expect(status?.lastState?.terminated ?? status?.state?.terminated).toMatchObject({ exitCode: 0 });
});

test("after the boot the node is ready and the pods run again", async () => {
  await node.exec("systemctl enable --now unitlet-sync.timer unitlet-sync.path");
  for (const name of Object.keys(PODS)) await node.container(name, (seen) => seen.ready && seen.restartCount === 1);
  await node.cluster.kubectl(["wait", "--for=condition=Ready", `node/${node.name}`, "--timeout=150s"]);
  expect(await ready()).toMatchObject({ status: "True", reason: "KubeletReady" });
});

test("an API server that never answers does not hold a shutdown up", async () => {
  await node.exec("systemctl disable unitlet-sync.timer unitlet-sync.path");
  // Nothing but the run's own limits can end what waits for the API server.
  for (const unit of ["unitlet-shutdown-begin", "unitlet-shutdown-end"])
    await node.machine.write(`/etc/systemd/system/${unit}.service.d/patient.conf`, "[Service]\nTimeoutStopSec=1h\n");
  await node.exec("systemctl daemon-reload");
  proxy.on(() => ({ hang: true }));
  await node.machine.reboot();
  await expectOrder();
  proxy.clear();
  await node.exec("systemctl enable --now unitlet-sync.timer unitlet-sync.path");
  for (const name of Object.keys(PODS)) await node.container(name, (seen) => seen.ready && seen.restartCount === 2);
});

test("a container that asks systemd for more time without end does not hold a shutdown up", async () => {
  const extend = `IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $ENV{NOTIFY_SOCKET})->send("EXTEND_TIMEOUT_USEC=600000000")`;
  const script = `trap '' TERM; systemd-notify --ready; while :; do perl -MIO::Socket::UNIX -e '${extend}'; sleep 1; done`;
  const stubborn = pod(node, "stubborn", shell(script, { securityContext: { runAsUser: 4321 } }));
  await node.run({ ...stubborn, metadata: { name: "stubborn", annotations: { "unitlet.dev/notify": "yes" } } });
  await node.container("stubborn", (seen) => seen.ready);
  // A machine that is not off after 120 s fails the test.
  await node.machine.reboot();
  const uid = (await node.get("stubborn"))?.metadata?.uid;
  expect(await node.machine.read(`/var/lib/unitlet/pods/${uid}/main.exits`)).toContain(" killed KILL ");
});

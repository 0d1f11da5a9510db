import type { V1Lease } from "@kubernetes/client-node";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { Node } from "../../support/node.ts";

const NAME = "node-61";
const SKIPPED = "/run/unitlet/skipped-runs";
const STAMP = "/run/unitlet/lease-renewed";

let proxy: FaultProxy;
let node: Node;

beforeAll(async () => {
  const cluster = await Cluster.up();
  proxy = await FaultProxy.start(cluster);
  node = await Node.join(cluster, "node-61", { proxy, timerInterval: "1h" });
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

beforeEach(async () => {
  proxy.clear();
  await settle();
});

/** Until a tick renews the lease without a run. On a busy computer the API server's answer may take longer than a tick waits. */
async function settle(): Promise<void> {
  const probe = async (): Promise<[boolean, string]> => {
    await node.exec("rm -f /run/unitlet/lease");
    await node.syncWithoutCache();
    const isRun = await dueTick();
    return [!isRun, (await node.exec("cat /run/unitlet/problem.* 2>&1 || true")).stdout];
  };
  await node.machine.until(probe, { what: "a tick that renews the lease", every: 1000 });
}

/** Starts the service as the timer does, when the lease was last renewed 11 s ago. Returns true when that has started Node. */
async function dueTick(before = ":"): Promise<boolean> {
  const due = `touch -d '-11 seconds' /run/unitlet/lease ${STAMP}; ${before}`;
  const { stdout } = await node.exec(`${due}; rm -f ${SKIPPED}; systemctl start unitlet-sync; cat ${SKIPPED} | wc -l`);
  expect(stdout).toMatch(/^[01]\n$/);
  return stdout === "0\n";
}

async function lease(): Promise<V1Lease> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${NAME}`;
  return JSON.parse(await node.cluster.kubectl(["get", "--raw", path])) as V1Lease;
}

const renewedAt = async () => Date.parse(String((await lease()).spec?.renewTime));

test("a tick renews the lease as a run does, and starts no process of Node", async () => {
  await node.exec("rm -f /run/unitlet/lease");
  await node.syncWithoutCache();
  const byRun = await lease();
  await settle();
  const byTick = await lease();
  expect(byTick.spec).toEqual({ ...byRun.spec, renewTime: byTick.spec?.renewTime });
  expect(await renewedAt()).toBeGreaterThan(Date.parse(String(byRun.spec?.renewTime)));
  expect(byTick.metadata?.ownerReferences).toEqual(byRun.metadata?.ownerReferences);
  expect(byTick.metadata?.managedFields?.map(({ manager }) => manager)).toEqual(["unitlet"]);
});

test("a renewal shows the token to no other user", async () => {
  const token = /token: ([^}\s]+)/.exec(await node.machine.read("/etc/unitlet/kubeconfig"))?.[1] ?? "none";
  const spy = '#!/bin/sh\nprintf \'%s\\n\' "$@" >/root/seen; env >>/root/seen; exec /usr/bin/curl "$@"\n';
  await node.machine.write("/usr/local/sbin/curl", spy, 0o755);
  await settle();
  const { stdout } = await node.exec("rm /usr/local/sbin/curl; cat /root/seen; stat -c %a /run/unitlet/lease.*");
  expect(stdout).toContain("/run/unitlet/lease.curl");
  expect(stdout).not.toContain(token);
  expect(stdout).toMatch(/\n600\n600\n$/);
});

test("a lease that another client has taken is the node's again", async () => {
  const taken = JSON.stringify({ spec: { holderIdentity: "other", leaseDurationSeconds: 5 } });
  await node.cluster.kubectl(["-n", "kube-node-lease", "patch", "lease", NAME, "--type=merge", `--patch=${taken}`]);
  await settle();
  expect((await lease()).spec).toMatchObject({ holderIdentity: NAME, leaseDurationSeconds: 40 });
});

test("a lease that was deleted is created by a run, with its owner", async () => {
  const { metadata } = await lease();
  await node.cluster.kubectl(["-n", "kube-node-lease", "delete", "lease", NAME]);
  expect(await dueTick()).toBe(true);
  expect((await lease()).metadata?.ownerReferences).toEqual(metadata?.ownerReferences);
});

test.each([401, 403, 409, 429, 500])("a renewal that is answered with %i is left to a run", async (status) => {
  proxy.on(({ path }) => (path.includes("/leases/") ? { status, body: { message: "the test says no" } } : undefined));
  expect(await dueTick()).toBe(true);
});

test("while the API server is away, runs start", async () => {
  proxy.on(() => ({ reset: true }));
  expect(await dueTick()).toBe(true);
  expect(await dueTick()).toBe(true);
});

test.each([
  ["a problem lasts", "echo unknown >/run/unitlet/problem.certificates"],
  ["the host has a pressure", "echo 'evictionHard = memory.available<100Ti' >/etc/unitlet/unitlet.conf.d/high.conf"],
])("no tick renews the lease while %s", async (_, script) => {
  await node.exec(script);
  await node.exec("rm -f /run/unitlet/fast-path.json; systemctl start unitlet-sync");
  expect(await dueTick()).toBe(true);
  await node.exec(
    "rm -f /etc/unitlet/unitlet.conf.d/high.conf /run/unitlet/problem.certificates /run/unitlet/pressures.json",
  );
});

test("a stamp of the future, after the clock was set back, renews the lease", async () => {
  const before = await renewedAt();
  const poll = async () => [!(await dueTick(`touch -d '+1 hour' ${STAMP}`)), await renewedAt()] as const;
  await node.machine.until(poll, { what: "a tick" });
  expect(await renewedAt()).toBeGreaterThan(before);
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { FaultProxy, type ProxyRequest } from "../../support/fault-proxy.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

let proxy: FaultProxy;
let node: Node;

beforeAll(async () => {
  const cluster = await Cluster.up();
  proxy = await FaultProxy.start(cluster);
  node = await Node.join(cluster, "node-32", { proxy, timerInterval: "1h" });
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

beforeEach(() => proxy.clear());

/** Refuses some requests with a status, until the proxy is cleared. */
function refuse(code: number, method: string, path: RegExp): void {
  const body = {
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    code,
    reason: "Test",
    message: "the test says no",
  };
  proxy.on((request: ProxyRequest) =>
    request.method === method && path.test(request.path) ? { status: code, body } : undefined,
  );
}

describe("while the API server is away", () => {
  test("a container that ends is restarted, and all its exits are reported later", async () => {
    // Long enough to be seen and reported on a busy host.
    const annotations = { "unitlet.dev/back-off": "120s 300s" };
    const metadata = { name: "restarts", annotations };
    await node.run({ ...pod(node, "restarts", SLEEP), metadata });
    await node.container("restarts", ({ ready }) => ready);
    proxy.on(() => ({ reset: true }));
    const [first, unit] = [await node.invocation("restarts"), node.unit("restarts")];
    await node.exec(["systemctl", "kill", "--signal=KILL", "--kill-whom=main", unit]);
    const runsAgain = async () =>
      (await node.show("restarts", "SubState")) === "running" && (await node.invocation("restarts")) !== first;
    await node.machine.until(runsAgain, { what: "the second run" });
    await node.sync({ allowFailure: true });
    await node.exec(["systemctl", "kill", "--signal=SEGV", "--kill-whom=main", unit]);
    await node.machine.until(async () => (await node.show("restarts", "SubState")) === "start-pre", {
      what: "the back-off",
    });
    await node.sync({ allowFailure: true });
    proxy.clear();
    await node.sync();
    const status = await node.container("restarts", ({ restartCount }) => restartCount > 0);
    expect(status).toMatchObject({
      restartCount: 1,
      ready: false,
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { exitCode: 139, reason: "Error" } },
    });
  });

  test("a pod that ends is not run again, and its end is reported later", async () => {
    await node.run(
      pod(node, "ends", shell("until test -e /opt/end; do sleep 0.1; done; exit 7"), { restartPolicy: "Never" }),
    );
    await node.container("ends", ({ ready }) => ready);
    proxy.on(() => ({ reset: true }));
    await node.exec("mkdir -p /opt; touch /opt/end");
    await node.machine.until(async () => (await node.show("ends", "ActiveState")) !== "active", { what: "its end" });
    await node.sync({ allowFailure: true });
    proxy.clear();
    await node.sync();
    const { state, restartCount } = await node.container("ends", ({ state }) => state?.terminated);
    expect([state?.terminated?.exitCode, restartCount]).toEqual([7, 0]);
    expect((await node.get("ends"))?.status?.phase).toBe("Failed");
  });
});

test.each([409, 429, 500, 503])("a status that is refused with %i is written once it is accepted", async (code) => {
  refuse(code, "PATCH", /\/pods\/.*\/status$/);
  const name = `refused-${code}`;
  await node.run(pod(node, name, SLEEP));
  expect((await node.get(name))?.status?.containerStatuses).toBeUndefined();
  const told = new RegExp(`refuses the status of pods .*${code} the test says no`);
  await node.machine.until(() => node.sync().then(async () => told.test(await node.journal())), {
    what: "the refusal",
  });
  const invocation = await node.invocation(name);
  proxy.clear();
  await node.sync();
  await node.container(name, ({ ready }) => ready);
  expect(await node.invocation(name)).toBe(invocation);
});

test("an API server that takes its time slows things down, and stops nothing", async () => {
  proxy.on(() => ({ delayMs: 300 }));
  const names = ["slow-1", "slow-2", "slow-3"];
  await node.apply(...names.map((name) => pod(node, name, SLEEP, { automountServiceAccountToken: true })));
  const areReady = () =>
    node.kubectl("wait", ...names.map((name) => `pod/${name}`), "--for=condition=Ready", "--timeout=5s");
  await node.machine.until(() => node.sync().then(areReady), { what: "three pods", timeout: 120_000 });
});

test("what ends while the API server takes its time has ended by itself", async () => {
  await node.run(
    pod(node, "ends-early", shell("until test -e /opt/early; do sleep 0.05; done"), { restartPolicy: "OnFailure" }),
  );
  await node.container("ends-early", ({ ready }) => ready);
  proxy.on(({ path }) => (path.endsWith("/token") ? { delayMs: 1000 } : undefined));
  await node.apply(pod(node, "needs-token", SLEEP, { automountServiceAccountToken: true }));
  const run = node.sync();
  await node.machine.until(() => proxy.requests.some(({ path }) => path.endsWith("/token")), {
    what: "a run that waits",
  });
  await node.exec("mkdir -p /opt; touch /opt/early");
  await run;
  await node.until("ends-early", (seen) => seen?.status?.phase === "Succeeded");
  const reasons = await node.kubectl(
    "get",
    "events",
    "--field-selector=involvedObject.name=ends-early",
    "-o",
    "jsonpath={.items[*].reason}",
  );
  expect(reasons).toContain("Started");
  expect(reasons).not.toContain("Drift");
});

test("Events that are refused hold up nothing", async () => {
  refuse(403, "POST", /\/events$/);
  await node.run(pod(node, "unsung", SLEEP));
  await node.container("unsung", ({ ready }) => ready);
});

test("a lease that is refused holds up nothing", async () => {
  proxy.on(({ path }) =>
    path.includes("/leases/") ? { status: 500, body: { message: "the test says no" } } : undefined,
  );
  await node.exec("rm -f /run/unitlet/lease");
  await node.run(pod(node, "leaseless", SLEEP));
  await node.container("leaseless", ({ ready }) => ready);
});

test("a pod whose token cannot be had waits, says so, and starts once it can", async () => {
  refuse(500, "POST", /\/serviceaccounts\/default\/token$/);
  await node.run(pod(node, "tokenless", SLEEP, { automountServiceAccountToken: true }));
  const { state } = await node.container("tokenless", (status) => status.state?.waiting?.message);
  expect(state?.waiting).toMatchObject({
    reason: "ContainerCreating",
    message: expect.stringMatching(/failed to fetch token: .*the test says no/),
  });
  proxy.clear();
  await node.sync();
  await node.container("tokenless", ({ ready }) => ready);
});

test("a pod whose object cannot be deleted is gone from the host, and then from the API server", async () => {
  await node.run(pod(node, "undead", SLEEP));
  await node.container("undead", ({ ready }) => ready);
  refuse(500, "DELETE", /\/pods\/undead$/);
  await node.kubectl("delete", "pod", "undead", "--wait=false");
  await node.sync();
  await node.until("undead", (seen) => seen?.status?.phase === "Failed");
  const isGone = async () => (await node.show("undead", "LoadState")) === "not-found";
  await node.machine.until(isGone, { what: "no unit" });
  proxy.clear();
  await node.sync();
  await node.kubectl("wait", "pod/undead", "--for=delete", "--timeout=150s");
});

test("a pod is not let in while the Node cannot be read, and then rejected by its labels", async () => {
  refuse(500, "GET", /\/nodes\//);
  await node.run(pod(node, "elsewhere", SLEEP, { nodeSelector: { "no-node": "has-this" } }));
  expect((await node.get("elsewhere"))?.status?.startTime).toBeUndefined();
  proxy.clear();
  const status = await node.until("elsewhere", (seen) => seen?.status?.phase === "Failed" && seen.status);
  expect(status).toMatchObject({ reason: "NodeAffinity" });
});

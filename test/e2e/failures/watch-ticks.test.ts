import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP } from "../support/manifests.ts";

const SKIPPED = "/run/unitlet/skipped-runs";
const CONNECTION = "/run/unitlet/watch-connection";

let proxy: FaultProxy;
let node: Node;

beforeAll(async () => {
  const cluster = await Cluster.up();
  proxy = await FaultProxy.start(cluster);
  node = await Node.join(cluster, "node-62", { proxy, settings: { watch: "yes" }, timerInterval: "1h" });
  await node.run(pod(node, "sleeps", SLEEP));
  await node.container("sleeps", ({ ready }) => ready);
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await node.exec("systemctl start unitlet-watch unitlet-sync.path");
  await settle();
});

/** Until a tick sends the renewal of the lease alone. Runs that the last test has requested come before that. */
async function settle(): Promise<void> {
  const probe = async () => {
    await node.exec("rm -f /run/unitlet/lease");
    await node.syncWithoutCache();
    const seen = await tick();
    return [!seen.isRun && !seen.requests.includes("list"), JSON.stringify(seen)] as const;
  };
  await node.machine.until(probe, { what: "a tick without a list", every: 1000 });
}

/** Starts the service as the timer does, when the lease is due. Returns the requests, and whether that has started Node. */
async function tick(): Promise<{ readonly isRun: boolean; readonly requests: readonly string[] }> {
  proxy.clear();
  const due = "touch /run/unitlet/lease; touch -d '-11 seconds' /run/unitlet/lease-renewed";
  const { stdout } = await node.exec(`${due}; rm -f ${SKIPPED}; systemctl start unitlet-sync; cat ${SKIPPED} | wc -l`);
  const requests = proxy.requests.flatMap(({ method, path }) => {
    if (path.includes("/leases/")) return [`${method} lease`];
    return /^[/]api[/]v1[/]pods[?]/.test(path) && !path.includes("watch=1") ? ["list"] : [];
  });
  return { isRun: stdout === "0\n", requests };
}

/** On a busy computer the API server's answer may take longer than a tick waits. */
async function untilTick(requests: readonly string[], before: () => Promise<unknown>): Promise<void> {
  const poll = async () => {
    await before();
    const seen = await tick();
    return [!seen.isRun && seen.requests.join() === requests.join(), seen] as const;
  };
  await node.machine.until(poll, { what: `a tick that sends ${requests.join(", ")}` });
}

test("a tick renews the lease and requests no list while the watch is connected", async () => {
  await untilTick(["PATCH lease"], settle);
});

describe("a tick requests the list", () => {
  test.each([
    ["when the watch was stopped by a signal", "systemctl kill --signal=STOP unitlet-watch"],
    ["when the watch has ended", "systemctl stop unitlet-watch"],
    ["when nothing has come over the connection for 100 s", "touch -d '-101 seconds' /run/unitlet/watch-heard"],
    ["when an event has come", `printf . >>${CONNECTION}`],
  ])("%s", async (_, script) => {
    await untilTick(["PATCH lease", "list"], async () => {
      await node.exec("systemctl restart unitlet-watch");
      await settle();
      await node.exec(script);
    });
    await node.exec("systemctl restart unitlet-watch");
  });
});

test("a tick finds a change whose run was killed", async () => {
  await node.exec("systemctl stop unitlet-sync.path");
  const before = await node.machine.read(CONNECTION);
  await node.kubectl("label", "pod", "sleeps", `at=${Date.now()}`);
  const hasGrown = async () => (await node.machine.read(CONNECTION)).startsWith(`${before}.`);
  await node.machine.until(hasGrown, { what: "the event" });
  await node.exec("rm /run/unitlet/sync-requested");
  expect((await tick()).isRun).toBe(true);
});

test("a lost connection is replaced by another one, and a pod created meanwhile runs", async () => {
  const before = await node.machine.read(CONNECTION);
  proxy.breakConnections();
  await node.apply(pod(node, "meanwhile", SLEEP));
  await node.kubectl("wait", "pod/meanwhile", "--for=jsonpath={.status.phase}=Running", "--timeout=150s");
  const isAnother = async () => !(await node.machine.read(CONNECTION)).startsWith(before.split("\n")[0] ?? "");
  await node.machine.until(isAnother, { what: "another connection" });
});

// Like all bookmarks, except that this one comes 2 s before the end of a short watch (`cache_watcher.go: nextBookmarkTime`, v1.36).
test("the API server sends bookmarks as the watch expects them", async () => {
  const { stdout } = await node.exec(
    `sed s/timeoutSeconds=600/timeoutSeconds=10/ /run/unitlet/watch.curl >/root/short.curl
    curl -q --silent --header "Accept: application/json;as=Table;v=v1;g=meta.k8s.io" --config /root/short.curl | cut -c 1-19 | sort -u`,
  );
  expect(stdout.split("\n")).toContain('{"type":"BOOKMARK",');
});

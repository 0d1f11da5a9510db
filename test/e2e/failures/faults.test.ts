import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { type Fault, FaultProxy, type ProxyRequest } from "../../support/fault-proxy.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP } from "../support/manifests.ts";

let proxy: FaultProxy;
let node: Node;

beforeAll(async () => {
  const cluster = await Cluster.up();
  proxy = await FaultProxy.start(cluster);
  // Runs come when a test says so.
  node = await Node.join(cluster, "node-31", { proxy, timerInterval: "1h" });
  const names = Object.keys(problems).map((_, at) => `old-${at}`);
  await node.run(pod(node, "keeper", SLEEP), ...names.map((name) => pod(node, name, SLEEP)));
  const poll = async () => {
    await node.sync();
    const words = await node.kubectl("get", "pods", "-o", "jsonpath={.items[*].status.containerStatuses[*].ready}");
    return [words.split(" ").filter((word) => word === "true").length === names.length + 1, words];
  };
  await node.machine.until(poll, { what: "the pods to be ready" });
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

beforeEach(() => proxy.clear());

const status = (code: number, reason: string): Fault => ({
  status: code,
  body: { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message: `${reason}, says the test` },
  headers: code === 429 ? { "retry-after": "1" } : {},
});
const list = (items: unknown, metadata: object = {}): Fault => ({
  body: { kind: "PodList", apiVersion: "v1", metadata, items },
});
const foreign = {
  metadata: { name: "x", namespace: "default", uid: "f6b9c7ba-6f0b-4b0e-8a53-000000000000" },
  spec: { nodeName: "other", containers: [] },
};

const HANGS = "never answers";
/** While it hangs; else a busy computer has as long as any. */
const IMPATIENT = "/etc/unitlet/unitlet.conf.d/99-impatient.conf";

const isList = ({ method, path }: ProxyRequest) => method === "GET" && path.startsWith("/api/v1/pods?");
const onList = (fault: Fault) => (request: ProxyRequest) => (isList(request) ? fault : undefined);
const onAll = (fault: Fault) => () => fault;

/** What goes wrong, and how the journal of the run names it. */
const problems: Readonly<Record<string, readonly [rule: (request: ProxyRequest) => Fault | undefined, named: RegExp]>> =
  {
    "is away": [onAll({ reset: true }), /did not answer/],
    [HANGS]: [onAll({ hang: true }), /no complete answer within 1000 ms/],
    "does not know the node": [onAll(status(401, "Unauthorized")), /401 Unauthorized, says the test/],
    "does not let it list pods": [onList(status(403, "Forbidden")), /403 Forbidden, says the test/],
    "is too busy for the list": [onList(status(429, "TooManyRequests")), /429 TooManyRequests, says the test/],
    fails: [onAll(status(500, "InternalError")), /500 InternalError, says the test/],
    "breaks off in the list": [onList({ truncateAt: 300 }), /did not answer|no complete answer|aborted/],
    "is a web page": [
      onAll({ body: "<html><body>Sign in</body></html>", headers: { "content-type": "text/html" } }),
      /JSON|not a list of pods/,
    ],
    "answers with an empty object": [onList({ body: {} }), /not a list of pods/],
    "answers with a list without items": [
      onList({ body: { kind: "PodList", apiVersion: "v1", metadata: {} } }),
      /not a list of pods/,
    ],
    "answers with half of the list": [onList(list([], { continue: "more" })), /a part of the list/],
    "answers with pods of another node": [onList(list([foreign])), /no pod of this node/],
  };

/** Lines of the run's journal that speak of trouble. */
async function complaints(): Promise<string[]> {
  return (await node.journal())
    .split("\n")
    .filter((line) => line.includes("because=") && /not complete|keep the node/.test(line));
}

describe.each(Object.entries(problems).map(([what, [rule, named]], at) => ({ what, rule, named, at })))(
  "while the API server $what",
  ({ what, rule, named, at }) => {
    const [old, fresh] = [`old-${at}`, `new-${at}`];

    test("what runs goes on, nothing is removed, and the problem is logged once", async () => {
      const [kept, before] = [await node.invocation("keeper"), await complaints()];
      const invocation = await node.invocation(old);
      if (what === HANGS) await node.machine.write(IMPATIENT, "apiServerTimeout = 1s\n");
      proxy.on(rule);
      await node.apply(pod(node, fresh, SLEEP));
      await node.kubectl("delete", "pod", old, "--wait=false");
      for (let i = 0; i < 2; i++) await node.syncWithoutCache({ allowFailure: true });
      expect([await node.invocation("keeper"), await node.invocation(old)]).toEqual([kept, invocation]);
      const said = (await complaints()).slice(before.length);
      expect(said).toContainEqual(expect.stringMatching(named));
      // A problem of the list and one of the Node or its lease: none is repeated, and there is no third one.
      expect(said).toEqual([...new Set(said)]);
      const problems = [
        /^the list of pods is not complete; nothing is removed because=/,
        /^cannot keep the node up because=/,
      ];
      expect(said.filter((line) => !problems.some((problem) => problem.test(line)))).toEqual([]);
    });

    test("and after it the next run does what was missed", async () => {
      await node.exec(["rm", "-f", IMPATIENT]);
      const poll = async () => {
        await node.sync();
        const [seen, gone] = [await node.get(fresh), (await node.get(old)) === undefined];
        return [gone && seen?.status?.containerStatuses?.[0]?.ready, seen?.status];
      };
      await node.machine.until(poll, { what: "what was missed" });
      const lines = await node.journal();
      expect(lines.lastIndexOf("is complete again")).toBeGreaterThan(lines.lastIndexOf("is not complete"));
    });
  },
);

describe("while the API server answers the list of pods with 429 and Retry-After", () => {
  const busy = (seconds: number) => {
    const headers = { "retry-after": `${seconds}` };
    proxy.on(onList({ ...status(429, "TooManyRequests"), headers }));
  };

  test("it gets no list before that time, and the lease all the same", async () => {
    const before = await complaints();
    busy(300);
    for (let at = 0; at < 4; at += 1) {
      await node.exec("rm -f /run/unitlet/lease");
      await node.syncWithoutCache();
    }
    // A tick that starts a run may have asked ahead of it.
    expect([1, 2]).toContain(proxy.requests.filter(isList).length);
    expect(proxy.requests.filter(({ path }) => path.includes("/leases/")).length).toBeGreaterThanOrEqual(4);
    expect((await complaints()).slice(before.length)).toEqual([expect.stringMatching(/429 TooManyRequests/)]);
    await node.exec("rm /run/unitlet/refusals.json");
  });

  test("it gets one after that time, and the next run does what was missed", async () => {
    busy(2);
    await node.syncWithoutCache();
    expect(proxy.requests.filter(isList).length).toBeGreaterThan(0);
    proxy.clear();
    await node.apply(pod(node, "after-the-rush", SLEEP));
    const poll = async () => {
      await node.sync();
      return (await node.get("after-the-rush"))?.status?.phase === "Running";
    };
    await node.machine.until(poll, { what: "the pod to run" });
  });
});

test("a clock that is far from the API server's makes the node not ready, and says by how much", async () => {
  const { cluster, name } = node;
  const ready = async () => (await cluster.get("node", name))?.status?.conditions?.find(({ type }) => type === "Ready");
  const syncUntil = async (reason: string) => {
    const poll = async () => {
      await node.exec("rm -f /run/unitlet/lease");
      await node.sync();
      const seen = await ready();
      return [seen?.reason === reason, seen] as const;
    };
    return (await node.machine.until(poll, { what: reason }))[1];
  };
  proxy.on(() => ({ headers: { date: new Date(Date.now() + 600_000).toUTCString() } }));
  const words = "the clock of this host is 10 minutes behind the API server's";
  expect(await syncUntil("ClockSkew")).toMatchObject({ status: "False", message: expect.stringContaining(words) });
  expect((await node.machine.exec("unitlet doctor", { allowFailure: true })).stdout).toMatch(
    /^error: clocks: this host is \d+ s behind the API server/m,
  );
  const events = ["get", "events", "-n", "default", `--field-selector=involvedObject.name=${name},reason=ClockSkew`];
  expect(await node.cluster.kubectl(events)).toContain(words);
  proxy.clear();
  expect(await syncUntil("KubeletReady")).toMatchObject({ status: "True" });
});

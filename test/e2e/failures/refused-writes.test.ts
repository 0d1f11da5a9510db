import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { type Fault, FaultProxy, type ProxyRequest } from "../../support/fault-proxy.ts";
import { Node } from "../../support/node.ts";
import { deletePolicy } from "../support/delete-policy.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

let proxy: FaultProxy;
let node: Node;

beforeAll(async () => {
  const cluster = await Cluster.up();
  proxy = await FaultProxy.start(cluster);
  node = await Node.join(cluster, "node-38", { proxy, timerInterval: "1h" });
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

beforeEach(() => proxy.clear());

const refusal = (code: number, reason: string): Fault => ({
  status: code,
  body: { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message: `${reason}, says the test` },
  headers: code === 429 ? { "retry-after": "2" } : {},
});

const isDelete = ({ method, path }: ProxyRequest) => method === "DELETE" && path.includes("/pods/");
const isStatus = ({ path }: ProxyRequest) => /\/pods\/[^/]+\/status$/.test(path);
const isEvent = ({ path }: ProxyRequest) => path.includes("/events");
const isLease = ({ path }: ProxyRequest) => path.includes("/leases");
const isNode = ({ method, path }: ProxyRequest) => method !== "GET" && path.includes("/nodes/");
const isToken = ({ path }: ProxyRequest) => path.endsWith("/token");

const sent = (is: (request: ProxyRequest) => boolean) => proxy.requests.filter(is).length;

/** The lines of all runs that are about a refusal. */
async function told(): Promise<string[]> {
  return (await node.journal()).split("\n").filter((line) => /says the test|no deletes|^cannot | again$/.test(line));
}

/** The number of runs since the machine booted. */
async function counted(): Promise<number> {
  const { value } = JSON.parse(await node.machine.read("/run/unitlet/runs.json")) as { value: { outcomes: object } };
  return Object.values(value.outcomes).reduce((sum: number, each: number) => sum + each, 0);
}

/** So many full runs, each of which renews the lease and writes the Node when that is due. */
async function runs(count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    await node.exec("rm -f /run/unitlet/lease");
    await node.syncWithoutCache();
  }
}

/** Repeats runs until the pod is as `probe` says. */
async function settle(what: string, probe: () => Promise<unknown>): Promise<void> {
  const poll = async () => {
    await node.syncWithoutCache();
    const seen = await probe();
    return [seen, seen] as const;
  };
  await node.machine.until(poll, { what, every: 1000, timeout: 120_000 });
}

const RUNS = 6;

const phase = async (name: string) => (await node.get(name))?.status?.phase;

interface Case {
  readonly is: (request: ProxyRequest) => boolean;
  readonly fault: Fault;
  /** Makes the node want to write it, with the pods of these names. */
  readonly want: (names: readonly string[]) => Promise<void>;
  readonly over: (names: readonly string[]) => Promise<unknown>;
  readonly begins: string;
  readonly ends: string | undefined;
}

const sleepers = (names: readonly string[]) => node.apply(...names.map((name) => pod(node, name, SLEEP)));
const allRun = async (names: readonly string[]) =>
  (await Promise.all(names.map(phase))).every((each) => each === "Running");

const CASES: Readonly<Record<string, Case>> = {
  "the status of pods with 409": {
    ...{ is: isStatus, fault: refusal(409, "Conflict"), want: sleepers, over: allRun },
    begins: "the API server refuses the status of pods of this node",
    ends: "the API server accepts the status of pods of this node again",
  },
  "Events with 403": {
    ...{ is: isEvent, fault: refusal(403, "Forbidden"), want: sleepers },
    over: async (names) => {
      await node.apply(pod(node, `${names[0]}-later`, SLEEP));
      return (await node.kubectl("get", "events")).includes(`${names[0]}-later`);
    },
    begins: "the API server refuses Events of this node",
    ends: undefined,
  },
  "the lease with 503": {
    ...{ is: isLease, fault: refusal(503, "ServiceUnavailable"), want: sleepers, over: allRun },
    begins: "the API server refuses the lease of this node",
    ends: "the API server accepts the lease of this node again",
  },
  "tokens with 429": {
    ...{ is: isToken, fault: refusal(429, "TooManyRequests") },
    want: (names) => node.apply(...names.map((name) => pod(node, name, SLEEP, { automountServiceAccountToken: true }))),
    over: allRun,
    begins: "the API server refuses tokens for pods of this node",
    ends: "the API server issues tokens for pods of this node again",
  },
  "the Node with 422": {
    ...{ is: isNode, fault: refusal(422, "Invalid") },
    want: async () => {
      await node.cluster.kubectl(["label", "node", node.name, "kubernetes.io/os=wrong", "--overwrite"]);
    },
    over: async () => (await node.cluster.get("node", node.name))?.metadata?.labels?.["kubernetes.io/os"] === "linux",
    begins: "cannot update the Node object",
    ends: "the Node object is updated again",
  },
};

describe.each(Object.entries(CASES).map(([what, each], at) => ({ what, each, names: [`p${at}-a`, `p${at}-b`] })))(
  "while the API server refuses $what",
  ({ each, names }) => {
    test("few are sent, one line tells it, and it ends when they are accepted", async () => {
      const before = await told();
      proxy.on((request) => (each.is(request) ? each.fault : undefined));
      await each.want(names);
      await runs(RUNS);
      const asked = sent(each.is);
      expect(asked).toBeGreaterThan(0);
      // Each object is asked for by two or three of the runs.
      expect(asked).toBeLessThanOrEqual(3 * names.length + 2);
      const during = (await told()).slice(before.length);
      expect(during).toEqual([expect.stringContaining(`${each.begins} because=`)]);
      if (each.is !== isLease) expect(sent(isLease)).toBeGreaterThanOrEqual(RUNS);
      proxy.clear();
      await settle("what was refused", () => each.over(names));
      if (each.ends !== undefined) {
        const lines = async () => (await told()).slice(before.length + 1);
        await settle("the end to be told", async () => (await lines()).length > 0);
        expect(await lines()).toEqual([each.ends]);
      }
    });
  },
);

/** What the API server answers to the dry run of a DELETE. */
const dryRun = (name: string) =>
  node.kubectl("delete", "pod", name, "--dry-run=server").catch((error: Error) => error.message);

test("a DELETE that a policy cuts off after its first half is told once, held back, and repeated once the policy is gone", async () => {
  const names = ["stay-a", "stay-b", "stay-c"];
  const [name, kinds] = [`refused-${node.namespace}`, "validatingadmissionpolicy,validatingadmissionpolicybinding"];
  await node.run(...names.map((each) => pod(node, each, SLEEP)), pod(node, "bystander", shell("sleep 1000")));
  await settle("the pods to run", () => allRun([...names, "bystander"]));
  await node.cluster.apply(deletePolicy(name, node.namespace));
  const before = await told();
  try {
    // The API server loads a policy a moment after it has accepted it.
    await settle("the policy to be in force", async () => (await dryRun("bystander")).includes("no dry runs"));
    await node.kubectl("delete", "pod", ...names, "--wait=false");
    await settle("a refused DELETE", async () => (await told()).length > before.length);
    const left = (await Promise.all(names.map((each) => node.get(each)))).filter((each) => each !== undefined);
    expect(left.length).toBeGreaterThan(0);
    expect(left.map(({ metadata }) => metadata?.deletionGracePeriodSeconds)).toEqual(left.map(() => 0));
    proxy.clear();
    const begun = await counted();
    await runs(RUNS);
    // Each of these starts two, and a refused write requests none.
    expect((await counted()) - begun).toBeLessThanOrEqual(2 * RUNS);
    expect(sent(isDelete)).toBeLessThanOrEqual(2 * left.length);
    expect((await told()).slice(before.length)).toEqual([
      expect.stringContaining("the API server refuses to delete pods that have ended here because="),
    ]);
    expect(sent(isLease)).toBeGreaterThanOrEqual(RUNS);
  } finally {
    await node.cluster.kubectl(["delete", kinds, name]);
  }
  await settle("the pods to be gone", async () => (await Promise.all(names.map(phase))).every((each) => !each));
  expect((await told()).at(-1)).toBe("the API server deletes pods that have ended here again");
  expect(await phase("bystander")).toBe("Running");
}, 300_000);

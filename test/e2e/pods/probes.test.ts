import type { CoreV1Event } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, shell } from "../support/manifests.ts";
import { PROBED_PODS } from "../support/probed-pods.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "probes");
  await node.run(
    ...Object.entries(PROBED_PODS).map(([name, container]) =>
      pod(node, name, container, { terminationGracePeriodSeconds: 20 }),
    ),
  );
});

afterAll(() => node[Symbol.asyncDispose]());

async function events(name: string): Promise<string[]> {
  const list = await node.kubectl("get", "events", `--field-selector=involvedObject.name=${name}`, "-o", "json");
  return (JSON.parse(list).items as CoreV1Event[]).map(({ reason, message }) => `${reason}: ${message}`);
}

const hasEvent = (name: string, wanted: string | RegExp) =>
  node.machine.until(
    async () => {
      const all = await events(name);
      const found = all.find((each) => (typeof wanted === "string" ? each === wanted : wanted.test(each)));
      return [found, all];
    },
    { what: `event ${wanted} of ${name}` },
  );

test.each(["http-good", "http-near", "http-far", "tcp-good", "exec-good"])("%s becomes ready", async (name) => {
  const { started } = await node.container(name, ({ ready }) => ready);
  expect(started).toBe(true);
});

test.each([
  ["http-bad", "Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503"],
  [
    "http-none",
    /^Unhealthy: Readiness probe failed: Get "http:\/\/[\d.]+:7105\/": dial tcp [\d.]+:7105: connect: connection refused$/,
  ],
  ["tcp-none", /^Unhealthy: Readiness probe failed: dial tcp [\d.]+:7107: connect: connection refused$/],
  ["exec-bad", "Unhealthy: Readiness probe failed: not yet\n"],
  ["exec-late", 'Unhealthy: Readiness probe failed: command timed out: "sleep 60" timed out after 1s'],
])("%s does not become ready, and an Event says why", async (name, words) => {
  await hasEvent(name, words);
  const { ready, started } = await node.container(name, ({ state }) => state?.running);
  expect({ ready, started }).toEqual({ ready: false, started: true });
});

test("a header, a query and the kubelet's User-Agent arrive", async () => {
  await node.container("http-good", ({ ready }) => ready);
  expect(await node.log("http-good")).toMatch(/^\/204\?a=b%20c kube-probe\/1\.36 [\d.]+:7101 me$/m);
});

test("a redirect on the same host is followed", async () => {
  await node.container("http-near", ({ ready }) => ready);
  expect((await node.log("http-near")).split("\n").map((line) => line.split(" ")[0])).toContain("/200");
});

test("a redirect to another host is a success that its owner hears of", async () => {
  await hasEvent(
    "http-far",
    "ProbeWarning: Readiness probe warning: Probe terminated redirects, Response body: body of /to",
  );
});

test("a gRPC server reports its health by service", async () => {
  await node.container("grpc", ({ ready }) => ready, "good");
  await hasEvent("grpc", 'Unhealthy: Readiness probe failed: service unhealthy (responded with "NOT_SERVING")');
  await hasEvent(
    "grpc",
    "Unhealthy: Readiness probe failed: error: health rpc probe failed: rpc error: code = NotFound desc = as asked",
  );
  expect(await node.log("grpc", "server")).toContain("/grpc.health.v1.Health/Check application/grpc good");
});

/** Of the pod's condition. */
const readySince =
  (condition = "Ready") =>
  async (name: string, status: string) =>
    await node.until(name, (object) =>
      object?.status?.conditions?.find((each) => each.type === condition && each.status === status),
    );

test("readiness follows what the container does, and the condition says since when", async () => {
  const since = readySince();
  const ready = await since("flips", "True");
  await node.exec(`rm ${await tmpOf("flips")}/good`);
  const down = await since("flips", "False");
  expect(down).toMatchObject({ reason: "ContainersNotReady", message: "containers with unready status: [main]" });
  await node.exec(`touch ${await tmpOf("flips")}/good`);
  const again = await since("flips", "True");
  const times = [ready, down, again].map(({ lastTransitionTime }) => Date.parse(String(lastTransitionTime)));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect((await node.container("flips", () => true)).restartCount).toBe(0);
});

test("runs, and a prober that was killed and has forgotten all, flip nothing", async () => {
  await readySince()("flips", "True");
  const before = await node.get("flips");
  const memory = "/run/unitlet/probes/1.json";
  const prober = "unitlet-probe@1";
  await node.exec(`systemctl stop ${prober}.timer; systemctl kill --signal=KILL ${prober}.service`);
  await node.exec(`systemctl stop ${prober}.service; rm -f ${memory}; systemctl start ${prober}.timer`);
  await node.exec(`until grep -q ${before?.metadata?.uid}/main/readiness ${memory}; do sleep 0.1; done`);
  for (let i = 0; i < 3; i += 1) await node.syncWithoutCache();
  expect(await node.get("flips")).toEqual(before);
});

test("a container that fails its liveness probe is stopped with grace and started again", async () => {
  const first = await node.container("dies", ({ state }) => state?.running);
  await node.exec(`rm ${await tmpOf("dies")}/alive`);
  const next = await node.container("dies", ({ restartCount, state }) => restartCount === 1 && state?.running);
  expect(next.lastState?.terminated).toMatchObject({
    containerID: first.containerID,
    exitCode: 0,
    reason: "Completed",
  });
  await hasEvent("dies", "Killing: Container main failed liveness probe, will be restarted");
  expect((await events("dies")).filter((each) => each === "Unhealthy: Liveness probe failed: ").length).toBe(1);
  const said = async () => [(await node.log("dies")) === "begun\nstopped\nbegun\n", await node.log("dies")];
  await node.machine.until(said, { what: "what it says of its life" });
});

test("a startup probe holds the others back", async () => {
  const { restartCount, state } = await node.container("gated", ({ started, ready }) => started && ready);
  expect(restartCount).toBe(0);
  expect((await events("gated")).some((each) => /(Liveness|Readiness) probe failed/.test(each))).toBe(false);
  const ready = await readySince()("gated", "True");
  const waited = Date.parse(String(ready.lastTransitionTime)) - Date.parse(String(state?.running?.startedAt));
  expect(waited).toBeGreaterThanOrEqual(3000);
});

test("a container that does not start is started again", async () => {
  await hasEvent("never-starts", "Killing: Container main failed startup probe, will be restarted");
  const { started } = await node.container("never-starts", ({ restartCount }) => restartCount > 0);
  expect(started).toBe(false);
});

test("a probe waits for its initial delay", async () => {
  const { state } = await node.container("delayed", ({ ready }) => ready);
  const ready = await readySince()("delayed", "True");
  const waited = Date.parse(String(ready.lastTransitionTime)) - Date.parse(String(state?.running?.startedAt));
  expect(waited).toBeGreaterThanOrEqual(3000);
});

test("a probe's own grace period counts when it ends the container", async () => {
  const { lastState } = await node.container("stubborn", ({ restartCount }) => restartCount > 0);
  expect(lastState?.terminated).toMatchObject({ exitCode: 137 });
});

test("a longer one of a probe counts for that probe alone", async () => {
  const lives = "touch /tmp/alive; trap 'sleep 4; exit 3' TERM; while :; do sleep 0.1; done";
  const livenessProbe = {
    exec: { command: ["test", "-e", "/tmp/alive"] },
    ...{ periodSeconds: 1, failureThreshold: 1, initialDelaySeconds: 2, terminationGracePeriodSeconds: 30 },
  };
  await node.run(pod(node, "slow", shell(lives, { livenessProbe }), { terminationGracePeriodSeconds: 1 }));
  await node.container("slow", ({ ready }) => ready);
  await node.exec(`rm ${await tmpOf("slow")}/alive`);
  const byProbe = await node.container("slow", ({ restartCount, state }) => restartCount === 1 && state?.running);
  expect(byProbe.lastState?.terminated?.exitCode).toBe(3);
  await node.exec(["systemctl", "restart", node.unit("slow")]);
  const byHand = await node.container("slow", ({ restartCount }) => restartCount === 2);
  expect(byHand.lastState?.terminated?.exitCode).toBe(137);
});

test("when the pods are gone nothing of their probes is left", async () => {
  await node.kubectl("delete", "pod", "--all", "--grace-period=1", "--wait=false");
  await node.sync();
  await node.kubectl("wait", "pod", "--all", "--for=delete", "--timeout=150s");
  await node.sync();
  const left =
    "ls -A /run/unitlet/probes /run/unitlet/pods; systemctl list-units --no-legend 'unitlet-probe@*' --state=active";
  const poll = async () => {
    const { stdout } = await node.exec(left);
    return [stdout === "/run/unitlet/pods:\n\n/run/unitlet/probes:\n", stdout];
  };
  await node.machine.until(poll, { what: "nothing left" });
});

/** Where the host finds what the container has in /tmp. */
async function tmpOf(name: string): Promise<string> {
  return `/proc/${await node.show(name, "MainPID")}/root/tmp`;
}

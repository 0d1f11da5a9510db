import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { type Container, pod, shell } from "../support/manifests.ts";

let node: Node;

const NOW = "$(date +%s.%N)";
/** Prints the time when it begins and when it gets TERM. */
const lives = (name: string, first = ""): Container => ({
  name,
  image: "host",
  ...shell(`trap 'echo end ${NOW}; exit 1' TERM; echo begin ${NOW}; ${first} while :; do sleep 0.05; done`),
});
const sidecar = (name: string, first = "", more: Container = {}): Container => ({
  ...lives(name, first),
  restartPolicy: "Always",
  ...more,
});
/** Containers that end at TERM do not need it, except on a stalled host. */
const GRACE = { terminationGracePeriodSeconds: 60 };
const says = (name: string, rest = ""): Container => ({ name, image: "host", ...shell(`echo begin ${NOW}; ${rest}`) });

const startupProbe = {
  exec: { command: ["test", "-e", "/tmp/up"] },
  ...{ periodSeconds: 1, timeoutSeconds: 60, failureThreshold: 30 },
};

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "sidecars");
  const inits = [
    says("first"),
    sidecar("one"),
    says("second"),
    sidecar("two", `sleep 2; touch /tmp/up; echo up ${NOW};`, { startupProbe }),
    says("third"),
  ];
  await node.run(
    pod(node, "order", lives("main"), { ...GRACE, initContainers: inits as never }),
    pod(node, "job", says("main", "sleep 1"), {
      ...{ ...GRACE, restartPolicy: "Never" },
      initContainers: [sidecar("side")] as never,
    }),
    pod(node, "fails", says("main"), {
      ...{ ...GRACE, restartPolicy: "Never" },
      initContainers: [sidecar("side"), says("bad", "exit 3")] as never,
    }),
    pod(node, "again", says("main", "sleep infinity"), {
      restartPolicy: "Never",
      initContainers: [sidecar("side", "[ -e /run/never ] || { sleep 1; exit 4; };")] as never,
    }),
  );
});

afterAll(() => node[Symbol.asyncDispose]());

/** When a container said a word first, in seconds since the epoch. */
async function when(name: string, container: string, word: string): Promise<number> {
  const find = async () => {
    const said = await node.log(name, container);
    return [said.split("\n").find((each) => each.startsWith(`${word} `)), said] as const;
  };
  const [line] = await node.machine.until(find, { what: `${word} of ${container} of ${name}` });
  return Number(line?.split(" ")[1]);
}

const ascending = (times: readonly number[]) => expect(times).toEqual(times.toSorted((a, b) => a - b));

test("sidecars start in their place, and hold back what comes after them until they are up", async () => {
  await node.container("order", ({ ready }) => ready);
  ascending([
    await when("order", "first", "begin"),
    await when("order", "one", "begin"),
    await when("order", "second", "begin"),
    await when("order", "two", "begin"),
    await when("order", "two", "up"),
    await when("order", "third", "begin"),
    await when("order", "main", "begin"),
  ]);
  const line = await node.kubectl("get", "pod", "order", "--no-headers");
  expect(line.split(/\s+/).slice(1, 3)).toEqual(["3/3", "Running"]);
});

test("sidecars count for the pod's conditions", async () => {
  const object = await node.until(
    "order",
    (each) => each?.status?.conditions?.every(({ status }) => status === "True") && each,
  );
  const states = (object.status?.initContainerStatuses ?? []).map(({ name, started, ready }) => [name, started, ready]);
  expect(states).toEqual([
    ["first", false, true],
    ["one", true, true],
    ["second", false, true],
    ["two", true, true],
    ["third", false, true],
  ]);
});

test("a Job's pod ends when its containers have, and its sidecars with it", async () => {
  const object = await node.until("job", (each) => each?.status?.phase === "Succeeded" && each);
  expect(object.status?.initContainerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 1, reason: "Error" });
  ascending([await when("job", "side", "begin"), await when("job", "main", "begin"), await when("job", "side", "end")]);
});

test("a pod whose init container has failed ends, and its sidecars with it", async () => {
  const object = await node.until("fails", (each) => each?.status?.phase === "Failed" && each);
  expect(object.status?.initContainerStatuses?.map(({ name, state }) => [name, state?.terminated?.exitCode])).toEqual([
    ["side", 1],
    ["bad", 3],
  ]);
});

test("a sidecar is started again, whatever the pod's policy", async () => {
  const status = await node.container("again", ({ restartCount }) => restartCount > 0, "side");
  expect(status.lastState?.terminated?.exitCode).toBe(4);
  await node.until("again", (each) => each?.status?.phase === "Running");
});

test("sidecars stop after the containers, the last one first", async () => {
  await node.container("order", ({ ready }) => ready);
  await node.kubectl("delete", "pod", "order", "--wait=false");
  await node.sync();
  await node.until("order", (each) => each === undefined);
  ascending([await when("order", "main", "end"), await when("order", "two", "end"), await when("order", "one", "end")]);
});

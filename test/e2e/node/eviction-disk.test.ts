import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "eviction-disk", { timerInterval: "1s" });
});

afterAll(() => node[Symbol.asyncDispose]());

/** Takes so many MiB of a volume that has this limit. */
function writer(name: string, size: number, emptyDir: object, resources: object = {}): object {
  const mounted = { volumeMounts: [{ name: "scratch", mountPath: "/run/scratch" }], resources };
  const script = `head -c ${size}M /dev/zero >/run/scratch/x; exec sleep infinity`;
  return pod(node, name, shell(script, mounted), { volumes: [{ name: "scratch", emptyDir }] });
}

async function ending(name: string): Promise<object> {
  const { phase, reason, message } = await node.until(name, (seen) => seen?.status?.phase === "Failed" && seen.status);
  return { phase, reason, message };
}

test("a pod goes whose volume outgrows its limit, and one whose container does; others stay", async () => {
  await node.run(writer("volume", 8, { sizeLimit: "4Mi" }));
  await node.run(writer("container", 8, {}, { limits: { "ephemeral-storage": "4Mi" } }));
  await node.run(writer("within", 8, { sizeLimit: "64Mi" }, { limits: { "ephemeral-storage": "64Mi" } }));
  expect(await ending("volume")).toEqual({
    phase: "Failed",
    reason: "Evicted",
    message: 'Usage of EmptyDir volume "scratch" exceeds the limit "4Mi". ',
  });
  expect(await ending("container")).toMatchObject({
    message: "Pod ephemeral local storage usage exceeds the total limit of containers 4Mi. ",
  });
  expect(await node.container("within", ({ ready }) => ready)).toMatchObject({ restartCount: 0 });
});

test.each([
  ["its log", "head -c 6000000 /dev/zero | tr '\\0' x | fold -w 1000"],
  ["its termination message", "head -c 6000000 /dev/zero >/dev/termination-log"],
])("a container goes that outgrows its limit by %s; others stay", async (what, script) => {
  const name = what.replaceAll(" ", "-");
  const resources = { limits: { "ephemeral-storage": "4Mi" } };
  await node.run(
    pod(node, name, shell(`${script}; exec sleep infinity`, { resources })),
    pod(node, `${name}-not`, shell("echo hello; exec sleep infinity", { resources })),
  );
  expect(await ending(name)).toMatchObject({
    reason: "Evicted",
    message: expect.stringContaining("limit of containers 4Mi."),
  });
  expect(await node.container(`${name}-not`, ({ ready }) => ready)).toMatchObject({ restartCount: 0 });
});

test("under disk pressure the pod that uses most is evicted first, and its space is freed", async () => {
  await node.run(pod(node, "modest", SLEEP));
  await node.run(writer("greedy", 64, {}));
  await node.container("modest", ({ ready }) => ready);
  const uid = (await node.get("greedy"))?.metadata?.uid;
  const used = async () => (await node.exec(`du -sm /var/lib/unitlet/pods/${uid}/volumes || true`)).stdout;
  await node.machine.until(async () => /^6[45]\t/.test(await used()), { what: "what it takes" });
  await node.exec("echo 'evictionHard = nodefs.available<99%' >/etc/unitlet/unitlet.conf.d/99-test.conf");
  expect(await ending("greedy")).toEqual({
    phase: "Failed",
    reason: "Evicted",
    message: expect.stringMatching(
      /^The node was low on resource: ephemeral-storage\. Threshold quantity: \w+, available: \w+\. $/,
    ),
  });
  await node.machine.until(async () => (await used()) === "", { what: "the disk to be given back" });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pod, SLEEP } from "../e2e/support/manifests.ts";
import { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";

let node: Node;

const many = <T>(count: number, make: (at: number) => T) => Array.from({ length: count }, (_, at) => make(at));
const configMap = (name: string, data: object) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data });
const volumeOf = (name: string, map: string) => ({ name, configMap: { name: map } });

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "extreme", { timerInterval: "1s" });
  // A small host: a tenth of a gigabyte.
  await node.exec("mount -o remount,size=100m /run");
  await node.apply(
    configMap("large", { text: "x".repeat(120_000) }),
    configMap("keys", Object.fromEntries(many(10_000, (at) => [`key-${at}`, "x"]))),
  );
});

afterAll(() => node[Symbol.asyncDispose]());

/** A pod that arrives now runs: no other one has stopped the node. */
async function expectOthersRun(name: string): Promise<void> {
  await node.run(pod(node, name, SLEEP));
  await node.container(name, ({ ready }) => ready);
}

const messages = async (name: string) =>
  await node.kubectl("get", "events", `--field-selector=involvedObject.name=${name}`, "-o", "jsonpath={..message}");

describe("one pod keeps no other from running:", () => {
  test("a volume of 10,000 keys", async () => {
    const command = ["sh", "-c", "ls /run/keys | wc -l; exec sleep 1000"];
    const mounted = { command, volumeMounts: [{ name: "keys", mountPath: "/run/keys" }] };
    await node.run(pod(node, "keys", mounted, { volumes: [volumeOf("keys", "keys")] }));
    await node.machine.until(async () => (await node.log("keys")) === "10000\n", { what: "its keys" });
    await expectOthersRun("beside-keys");
  });

  test("volumes that would fill /run", async () => {
    const volumes = many(800, (at) => volumeOf(`v${at}`, "large"));
    await node.run(pod(node, "fills", SLEEP, { volumes }));
    const told = async () => {
      const text = await messages("fills");
      return [text.includes("too little of /run would be left for other pods"), text] as const;
    };
    await node.machine.until(told, { what: "the Event" });
    const { stdout } = await node.exec("df --output=pcent /run | tail -1");
    expect(Number.parseInt(stdout, 10)).toBeLessThanOrEqual(76);
    await expectOthersRun("beside-full");
    await node.kubectl("delete", "pod", "fills", "--wait=false");
    await node.until("fills", (seen) => seen === undefined);
  });

  test("1,000 containers", async () => {
    const containers = many(1000, (at) => ({ name: `c${at}`, image: "host", ...SLEEP }));
    await node.run(pod(node, "crowd", containers));
    const status = await node.until("crowd", (seen) => seen?.status?.phase === "Failed" && seen.status);
    expect(status.message).toBe(
      "Pod was rejected: spec is a pod of 1000 containers, and a pod of this node has 250 at most: divide it into several pods",
    );
    await expectOthersRun("beside-crowd");
  });

  test("a grace period of 292 billion years, which a delete of its own ends", async () => {
    const stubborn = { command: ["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"] };
    const spec = { terminationGracePeriodSeconds: Number.MAX_SAFE_INTEGER };
    await node.run(pod(node, "eternal", stubborn, spec));
    await node.container("eternal", ({ ready }) => ready);
    await node.kubectl("delete", "pod", "eternal", "--wait=false");
    await expectOthersRun("beside-eternal");
    await node.kubectl("delete", "pod", "eternal", "--grace-period=1", "--wait=false");
    await node.until("eternal", (seen) => seen === undefined);
  });

  test("annotations of 100 KB as files", async () => {
    const fieldRef = { fieldPath: "metadata.annotations" };
    const volumes = [{ name: "info", downwardAPI: { items: [{ path: "all", fieldRef }] } }];
    const command = ["sh", "-c", "wc -c </run/info/all; exec sleep 1000"];
    const made = pod(node, "noted", { command, volumeMounts: [{ name: "info", mountPath: "/run/info" }] }, { volumes });
    const metadata = { name: "noted", annotations: { note: "x".repeat(100_000) } };
    await node.run({ ...made, metadata });
    await node.machine.until(async () => Number(await node.log("noted")) > 100_000, { what: "its annotations" });
    await expectOthersRun("beside-noted");
  });
});

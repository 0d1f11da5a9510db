import type { V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "killed-runs");
});

afterAll(() => node[Symbol.asyncDispose]());

/** Kills each of so many runs after a time that is different each time, from before its first word to after its last. */
const KILL_RUNS = `
  for run in $(seq 20); do
    systemctl start --no-block unitlet-sync
    sleep 0.$(printf %03d $((run * 37 % 160)))
    systemctl kill --signal=KILL --kill-whom=main unitlet-sync
  done`;

test("runs that are killed at any moment leave nothing that the next one cannot put right", async () => {
  const names = Array.from({ length: 10 }, (_, at) => `p-${at}`);
  const [stay, go] = [names.slice(0, 5), names.slice(5)];
  await node.run(pod(node, "bystander", SLEEP), ...go.map((name) => pod(node, name, SLEEP)));
  await node.kubectl("wait", "pods", "--all", "--for=condition=Ready", "--timeout=150s");
  const before = await node.invocation("bystander");
  const killing = node.machine.exec(KILL_RUNS, { allowFailure: true });
  for (const [at, name] of stay.entries()) {
    await node.apply(pod(node, name, SLEEP));
    await node.kubectl("delete", "pod", go[at] as string, "--wait=false");
  }
  await killing;

  await node.sync();
  await node.kubectl("wait", ...stay.map((name) => `pod/${name}`), "--for=condition=Ready", "--timeout=150s");
  await node.kubectl("wait", ...go.map((name) => `pod/${name}`), "--for=delete", "--timeout=150s");
  await node.sync();
  const { items } = JSON.parse(await node.kubectl("get", "pods", "-o", "json")) as { items: V1Pod[] };
  expect(items.map(({ metadata }) => metadata?.name)).toEqual(["bystander", ...stay]);
  expect(items.map(({ status }) => status?.containerStatuses?.[0]?.restartCount)).toEqual([0, 0, 0, 0, 0, 0]);
  const uids = items.map(({ metadata }) => metadata?.uid ?? "");
  const slices = uids.map((uid) => `unitlet-besteffort-pod${uid.replaceAll("-", "_")}.slice`);
  const units = items.map(({ metadata }) => node.unit(metadata?.name ?? ""));
  await untilLines("ls -A /etc/systemd/system | grep '^unitlet\\|^[.]'", [...slices, ...units]);
  await untilLines("ls /run/unitlet/pods; ls /var/lib/unitlet/pods", [...uids, ...uids]);
  expect(await node.invocation("bystander")).toBe(before);
});

/** Waits until a command prints exactly these lines, in any order. */
async function untilLines(command: string, expected: readonly string[]): Promise<void> {
  const poll = async () => {
    const seen = (await node.exec(command)).stdout.trim().split("\n").toSorted();
    return [seen.join() === expected.toSorted().join(), seen];
  };
  await node.machine.until(poll, { what: expected.join(", ") });
}

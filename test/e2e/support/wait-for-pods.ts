import type { V1Pod } from "@kubernetes/client-node";
import type { Node } from "../../support/node.ts";

/** Shorter than the timeout of a hook, so that the error names the awaited pods. */
const TIMEOUT_MS = 200_000;

/** Waits until `isDone` is true for each of the pods. The error lists the other pods with their status. */
export async function waitForPods(
  node: Node,
  names: readonly string[],
  isDone: (pod: V1Pod) => boolean | undefined,
): Promise<void> {
  const poll = async () => {
    const items = await node.cluster.list<V1Pod>("pod", node.namespace);
    const pods = new Map(items.map((pod) => [pod.metadata?.name, pod]));
    const open = names.filter((name) => {
      const pod = pods.get(name);
      return pod === undefined || !isDone(pod);
    });
    return [open.length === 0, open.map((name) => [name, pods.get(name)?.status ?? "no such pod"])];
  };
  await node.machine.until(poll, { what: `the pods ${names.join(", ")}`, timeout: TIMEOUT_MS, every: 500 });
}

/** True when all containers of a pod are ready. */
export function isReady({ status }: V1Pod): boolean {
  const statuses = status?.containerStatuses ?? [];
  return statuses.length > 0 && statuses.every(({ ready }) => ready);
}

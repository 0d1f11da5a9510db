import { type Allocatable, allocatable } from "../../model/allocatable.ts";
import type { Pod } from "../../model/pod.ts";
import type { World } from "../../model/world.ts";
import { add, podRequests, type Requests } from "./requests.ts";
import { selectsNode } from "./selection.ts";
import { toleratesTaints } from "./toleration.ts";

/** As the pod's status says it; the words are the kubelet's. */
export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

interface Used {
  readonly pods: number;
  readonly requests: Requests;
}

/**
 * Which of these pods the node turns away, by UID. The scheduler has judged most of them; not those that were bound by
 * hand, that come from manifests, or that were bound while the node changed. A pod is judged once, when it arrives; of
 * several new ones the more important is first, then the older.
 */
export function refusals(
  pods: readonly Pod[],
  { config, host, node }: Pick<World, "config" | "host" | "node">,
): ReadonlyMap<string, Refusal> {
  const refused = new Map<string, Refusal>();
  const room = allocatable(config, host);
  const admitted = pods.filter(isAdmitted);
  let used: Used = { pods: admitted.length, requests: admitted.map(podRequests).reduce(add, NOTHING) };
  for (const pod of pods.filter((each) => !isAdmitted(each)).toSorted(byImportance)) {
    const refusal = unfit(pod) ?? lacking(pod, used, room) ?? misplaced(pod, node);
    if (refusal === undefined) used = { pods: used.pods + 1, requests: add(used.requests, podRequests(pod)) };
    else refused.set(pod.metadata.uid, refusal);
  }
  return refused;
}

const NOTHING: Requests = { cpu: 0, memory: 0, ephemeralStorage: 0 };

function isAdmitted({ status }: Pod): boolean {
  return status?.startTime !== undefined;
}

function byImportance(a: Pod, b: Pod): number {
  const byPriority = (b.spec.priority ?? 0) - (a.spec.priority ?? 0);
  const age = ({ metadata }: Pod) => `${metadata.creationTimestamp ?? ""} ${metadata.uid}`;
  return byPriority || (age(a) < age(b) ? -1 : 1);
}

function unfit({ spec }: Pod): Refusal | undefined {
  const { os } = spec as { os?: { name?: string } };
  if (os === undefined || os.name === "linux") return undefined;
  return { reason: "PodOSNotSupported", message: "Failed to admit pod as the OS field doesn't match node OS" };
}

function lacking(pod: Pod, used: Used, room: Allocatable): Refusal | undefined {
  const asked = podRequests(pod);
  const rows = [
    ["pods", 1, used.pods, room.pods],
    ["cpu", asked.cpu, used.requests.cpu, room.cpu],
    ["memory", asked.memory, used.requests.memory, room.memory],
    ["ephemeral-storage", asked.ephemeralStorage, used.requests.ephemeralStorage, room.ephemeralStorage],
  ] as const;
  const short = rows.find(([, wanted, taken, capacity]) => wanted > 0 && wanted > capacity - taken);
  if (short === undefined) return undefined;
  const [resource, wanted, taken, capacity] = short;
  return {
    reason: `OutOf${resource}`,
    message: `Node didn't have enough resource: ${resource}, requested: ${wanted}, used: ${taken}, capacity: ${capacity}`,
  };
}

/** The node is known only when there is an API server to ask. */
function misplaced(pod: Pod, node: World["node"]): Refusal | undefined {
  if (node === undefined) return undefined;
  if (!selectsNode(pod, node)) return failed("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
  return toleratesTaints(pod, node.spec?.taints ?? [])
    ? undefined
    : failed("TaintToleration", "node(s) had taints that the pod didn't tolerate");
}

function failed(predicate: string, because: string): Refusal {
  return { reason: predicate, message: `Predicate ${predicate} failed: ${because}` };
}

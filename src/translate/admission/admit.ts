import type { Node } from "../../model/api/node.ts";
import type { Pod } from "../../model/api/pod.ts";
import { type Allocatable, allocatable } from "../../model/host/allocatable.ts";
import type { Rejected } from "../../model/translation.ts";
import type { World } from "../../model/world.ts";
import {
  type AdmissionRejection,
  insufficientAfterPreemption,
  insufficientResources,
  shortfall,
} from "../resources/fit.ts";
import { isCritical, qosClass } from "../resources/resources.ts";
import { preempted, victims } from "./preemption.ts";
import { underPressure } from "./pressure.ts";
import { selectsNode } from "./selection.ts";
import { toleratesTaints } from "./toleration.ts";

/**
 * Which of these pods the node turns away, and which it ends to let a critical one in, by UID. The scheduler has judged
 * most of them; not those that were bound by hand, that come from manifests, or that were bound while the node changed.
 * A pod is judged once, when it arrives; of several new ones the more important is first, then the older.
 */
export function admissionRejections(
  pods: readonly Pod[],
  { config, host, node }: Pick<World, "config" | "host" | "node">,
): ReadonlyMap<string, Rejected> {
  const refused = new Map<string, Rejected>();
  const room = allocatable(config, host);
  let running: readonly Pod[] = pods.filter(isAdmitted);
  for (const pod of pods.filter((each) => !isAdmitted(each)).toSorted(byImportance)) {
    const verdict = judge(pod, running, room, node);
    if ("reason" in verdict) {
      refused.set(pod.metadata.uid, { kind: "rejected", pod, ...verdict, qosClass: qosClass(pod) });
      continue;
    }
    for (const each of verdict.yielding) refused.set(each.metadata.uid, preempted(each));
    running = [...running.filter((each) => !verdict.yielding.includes(each)), pod];
  }
  return refused;
}

/** The kubelet's order: of several reasons the first is told, and it is the one that matters to whoever reads it. */
function judge(
  pod: Pod,
  running: readonly Pod[],
  room: Allocatable,
  node: Node | undefined,
): AdmissionRejection | { readonly yielding: readonly Pod[] } {
  const unwelcome = underPressure(pod, node) ?? unfit(pod);
  if (unwelcome !== undefined) return unwelcome;
  const misplacement = misplaced(pod, node);
  const short = shortfall(pod, running, room);
  if (short === undefined) return misplacement ?? { yielding: [] };
  if (!isCritical(pod)) return short;
  // What is in the wrong place is not worth another pod's end.
  if (misplacement !== undefined) return misplacement;
  const lack = insufficientResources(pod, running, room);
  const yielding = victims(pod, running.filter(isAdmitted), lack);
  return yielding === undefined ? insufficientAfterPreemption(lack) : { yielding };
}

function isAdmitted({ status }: Pod): boolean {
  return status?.startTime !== undefined;
}

function byImportance(a: Pod, b: Pod): number {
  const byPriority = (b.spec.priority ?? 0) - (a.spec.priority ?? 0);
  const age = ({ metadata }: Pod) => `${metadata.creationTimestamp ?? ""} ${metadata.uid}`;
  return byPriority || (age(a) < age(b) ? -1 : 1);
}

function unfit({ spec }: Pod): AdmissionRejection | undefined {
  const { os } = spec as { os?: { name?: string } };
  if (os === undefined || os.name === "linux") return undefined;
  return { reason: "PodOSNotSupported", message: "Failed to admit pod as the OS field doesn't match node OS" };
}

/** The node is known only when there is an API server to ask. */
function misplaced(pod: Pod, node: Node | undefined): AdmissionRejection | undefined {
  if (node === undefined) return undefined;
  if (!selectsNode(pod, node)) return failed("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
  return toleratesTaints(pod, node.spec?.taints ?? [])
    ? undefined
    : failed("TaintToleration", "node(s) had taints that the pod didn't tolerate");
}

function failed(predicate: string, because: string): AdmissionRejection {
  return { reason: predicate, message: `Predicate ${predicate} failed: ${because}` };
}

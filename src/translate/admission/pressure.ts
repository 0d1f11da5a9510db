import type { Node } from "../../model/api/node.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { AdmissionRejection } from "../resources/fit.ts";
import { isCritical, qosClass } from "../resources/resources.ts";
import { toleratesTaint } from "./toleration.ts";

const PRESSURES: readonly string[] = ["MemoryPressure", "DiskPressure", "PIDPressure"];

/**
 * Returns why the node rejects the pod under resource pressure; undefined when it does not. Under memory pressure
 * alone, only BestEffort pods are rejected (`eviction/eviction_manager.go: Admit`, v1.36).
 */
export function underPressure(pod: Pod, node: Node | undefined): AdmissionRejection | undefined {
  const conditions = (node?.status?.conditions ?? [])
    .filter(({ type, status }) => PRESSURES.includes(type) && status === "True")
    .map(({ type }) => type);
  if (conditions.length === 0 || isCritical(pod)) return undefined;
  const taint = { key: "node.kubernetes.io/memory-pressure", effect: "NoSchedule" };
  const isBestEffort = qosClass(pod) === "BestEffort";
  if (conditions.join() === "MemoryPressure" && (!isBestEffort || toleratesTaint(pod, taint))) return undefined;
  return { reason: "Evicted", message: `The node had condition: [${conditions.join(" ")}]. ` };
}

import type { Taint } from "../../model/api/node.ts";
import type { Pod } from "../../model/api/pod.ts";

interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

/**
 * True when the pod tolerates the NoExecute taints. The other taints concern the scheduler only
 * (`lifecycle/predicate.go: generalFilter`, v1.36).
 */
export function toleratesTaints(pod: Pod, taints: readonly Taint[]): boolean {
  return taints.filter(({ effect }) => effect === "NoExecute").every((taint) => toleratesTaint(pod, taint));
}

/**
 * True when one of the pod's tolerations matches the taint (k8s.io/api `core/v1/toleration.go: ToleratesTaint`, v0.36).
 */
export function toleratesTaint({ spec }: Pod, taint: Taint): boolean {
  const { tolerations = [] } = spec as { tolerations?: readonly Toleration[] };
  return tolerations.some((each) => tolerates(each, taint));
}

function tolerates({ key, operator, value, effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  if (operator === "Exists") return true;
  return (operator ?? "Equal") === "Equal" && Boolean(key) && (value ?? "") === (taint.value ?? "");
}

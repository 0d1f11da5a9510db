import type { Pod, PodCondition, PodStatus } from "../model/api/pod.ts";
import { OWN_CONDITIONS, TRANSIENT_CONDITIONS } from "./conditions.ts";
import { equal } from "./equal.ts";

export interface PodStatusPatch {
  /** The API server rejects another UID, so the status never reaches a later pod of the same name. */
  readonly metadata: { readonly uid: string };
  readonly status: Readonly<Record<string, unknown>>;
}

/** Returns the strategic merge patch for pods/status from the pod's status to `next`; undefined when they are equal. */
export function statusPatch(pod: Pod, next: PodStatus): PodStatusPatch | undefined {
  const previous = pod.status ?? {};
  const status: Record<string, unknown> = {};
  for (const key of WHOLE) if (!equal(previous[key], next[key])) status[key] = next[key] ?? null;
  for (const key of MERGED_BY_IP) if (!equal(previous[key], next[key])) status[key] = replaced(next[key] ?? []);
  const conditions = conditionPatches(previous.conditions ?? [], next.conditions ?? []);
  if (conditions.length > 0) status.conditions = conditions;
  return Object.keys(status).length === 0 ? undefined : { metadata: { uid: pod.metadata.uid }, status };
}

/** Fields that a patch replaces as a whole: scalars, and lists without a merge key. */
const WHOLE = [
  "observedGeneration",
  "phase",
  "reason",
  "message",
  "hostIP",
  "podIP",
  "startTime",
  "qosClass",
  "initContainerStatuses",
  "containerStatuses",
  "ephemeralContainerStatuses",
] as const satisfies (keyof PodStatus)[];

const MERGED_BY_IP = ["hostIPs", "podIPs"] as const satisfies (keyof PodStatus)[];

/**
 * Returns a list that replaces the old one: the first address must equal podIP, and a merge by key would keep the old
 * order.
 */
function replaced(list: readonly { readonly ip: string }[]): readonly unknown[] {
  return [...list, { $patch: "replace" }];
}

function conditionPatches(previous: readonly PodCondition[], next: readonly PodCondition[]): readonly unknown[] {
  const over = previous.filter(
    ({ type }) => TRANSIENT_CONDITIONS.includes(type) && next.every((each) => each.type !== type),
  );
  const changed = next.flatMap((condition) => {
    const before = previous.find((each) => each.type === condition.type);
    // Other controllers write DisruptionTarget too. The agent's own is one that was missing before.
    if (
      ![...OWN_CONDITIONS, ...TRANSIENT_CONDITIONS].includes(condition.type) &&
      (condition.type !== "DisruptionTarget" || before)
    )
      return [];
    const { lastProbeTime: _, ...content } = condition;
    if (before !== undefined && COMPARED.every((key) => before[key] === condition[key])) return [];
    const gone = OPTIONAL.filter((key) => before?.[key] !== undefined && condition[key] === undefined);
    return [{ ...content, ...Object.fromEntries(gone.map((key) => [key, null])) }];
  });
  return [...changed, ...over.map(({ type }) => ({ $patch: "delete", type }))];
}

const COMPARED = ["status", "reason", "message", "observedGeneration", "lastTransitionTime"] as const;

/** Conditions are merged by key, so a key to be removed is set to null. */
const OPTIONAL = ["reason", "message", "observedGeneration"] as const;

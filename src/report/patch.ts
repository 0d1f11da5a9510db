import type { Pod, PodCondition, PodStatus } from "../model/api/pod.ts";
import { OWN_CONDITIONS, TRANSIENT_CONDITIONS } from "./conditions.ts";
import { equal } from "./equal.ts";

export interface PodStatusPatch {
  /** Another uid is refused by the API server: the status of one pod never lands on its successor of the same name. */
  readonly metadata: { readonly uid: string };
  readonly status: Readonly<Record<string, unknown>>;
}

/** Strategic merge patch for pods/status from what the API server has to `next`; undefined when there is nothing to say. */
export function statusPatch(pod: Pod, next: PodStatus): PodStatusPatch | undefined {
  const previous = pod.status ?? {};
  const status: Record<string, unknown> = {};
  for (const key of WHOLE) if (!equal(previous[key], next[key])) status[key] = next[key] ?? null;
  for (const key of MERGED_BY_IP) if (!equal(previous[key], next[key])) status[key] = replaced(next[key] ?? []);
  const conditions = conditionPatches(previous.conditions ?? [], next.conditions ?? []);
  if (conditions.length > 0) status.conditions = conditions;
  return Object.keys(status).length === 0 ? undefined : { metadata: { uid: pod.metadata.uid }, status };
}

/** Replaced as they are: scalars, and the lists that have no merge key. */
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

/** The order counts (the first must equal podIP), and a merge by key would keep the old one in front. */
function replaced(list: readonly { readonly ip: string }[]): readonly unknown[] {
  return [...list, { $patch: "replace" }];
}

function conditionPatches(previous: readonly PodCondition[], next: readonly PodCondition[]): readonly unknown[] {
  const over = previous.filter(
    ({ type }) => TRANSIENT_CONDITIONS.includes(type) && next.every((each) => each.type !== type),
  );
  const changed = next.flatMap((condition) => {
    const before = previous.find((each) => each.type === condition.type);
    // Others write DisruptionTarget, too: only one that was not there before is ours.
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

/** A condition is merged key by key: what must vanish is named. */
const OPTIONAL = ["reason", "message", "observedGeneration"] as const;

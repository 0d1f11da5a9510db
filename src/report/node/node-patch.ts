import type { NodeCondition, NodeStatus } from "../../model/api/node.ts";
import { fromTimestamp, type Instant } from "../../model/api/time.ts";
import { equal } from "../equal.ts";

/** `apis/config/v1beta1/defaults.go: NodeStatusReportFrequency`, v1.36. The lease is the heartbeat. */
const HEARTBEAT_MS = 300_000;

/** Returns the strategic merge patch for nodes/status; undefined while only heartbeat times differ. */
export function nodePatch(previous: NodeStatus, next: NodeStatus, now: Instant): object | undefined {
  const status = {
    ...mapPatch("capacity", previous.capacity, next.capacity),
    ...mapPatch("allocatable", previous.allocatable, next.allocatable),
    ...mapPatch("nodeInfo", previous.nodeInfo, next.nodeInfo),
    ...(!equal(previous.daemonEndpoints, next.daemonEndpoints) && { daemonEndpoints: next.daemonEndpoints }),
    ...(!equal(previous.images ?? [], next.images ?? previous.images ?? []) && { images: next.images }),
    // Addresses are merged by type, so the second InternalIP would replace the first.
    ...(!equal(previous.addresses, next.addresses) && {
      addresses: [...(next.addresses ?? []), { $patch: "replace" }],
    }),
  };
  const conditions = next.conditions ?? [];
  const isNews = conditions.some((each) => !isSame(find(previous, each.type), each));
  if (Object.keys(status).length === 0 && !isNews && !isDue(previous, now)) return undefined;
  return { status: { ...status, ...features(previous, next), conditions } };
}

/** Fields that alone are no reason for a patch: an older API server drops them each time. */
function features({ declaredFeatures: before }: NodeStatus, { declaredFeatures }: NodeStatus): object {
  return equal(before, declaredFeatures) ? {} : { declaredFeatures };
}

type Key = "capacity" | "allocatable" | "nodeInfo";
type Values = Readonly<Record<string, unknown>>;

/**
 * Sets keys that `next` no longer has to null. Both start from the API server's object, so only own keys are removed.
 */
function mapPatch(key: Key, previous: Values = {}, next: Values = {}): object {
  const keys = [...new Set([...Object.keys(previous), ...Object.keys(next)])];
  const changes = keys.filter((each) => !equal(previous[each], next[each])).map((each) => [each, next[each] ?? null]);
  return changes.length === 0 ? {} : { [key]: Object.fromEntries(changes) };
}

function isSame(before: NodeCondition | undefined, after: NodeCondition): boolean {
  return (["status", "reason", "message", "lastTransitionTime"] as const).every((key) => before?.[key] === after[key]);
}

function isDue(previous: NodeStatus, now: Instant): boolean {
  const last = find(previous, "Ready")?.lastHeartbeatTime;
  return last === undefined || now - fromTimestamp(last) >= HEARTBEAT_MS;
}

function find({ conditions }: NodeStatus, type: string): NodeCondition | undefined {
  return conditions?.find((each) => each.type === type);
}

import type { Instant } from "../model/api/time.ts";
import { type ActualUnit, isAuxiliary } from "../model/unit.ts";
import type { World } from "../model/world.ts";
import { hasDiskLimit } from "../translate/eviction/limits.ts";
import { ERR_IMAGE_PULL_SHOWN_MS, retryAt } from "../translate/images/pull-request.ts";
import { deadlineOf } from "../translate/lifecycle/deadline.ts";
import { nextRefresh } from "../translate/references.ts";

/** The longest time that a run may rely on an earlier one. */
export const MAX_AGE_MS = 60_000;

/** What takes longer than this after its helper has rung hangs, such as on a dead share: the beat is often enough for that. */
const TRANSITION_LIMIT_MS = 60_000;

/** As the kubelet looks at who takes more of the disk than it may. */
const EVICTION_INTERVAL_MS = 10_000;

/** When this world wants to be looked at again though nothing in it changes; undefined when at once. */
export function validUntil(world: World): Instant | undefined {
  if (!world.pods.complete) return undefined;
  for (const unit of world.units.values()) {
    if (!isSteady(unit, world)) return undefined;
  }
  if (world.pods.items.some(({ metadata }) => metadata.deletionTimestamp !== undefined)) return undefined;
  const retries = [...(world.images?.failed.values() ?? [])].flatMap((failed) => [
    failed.at + ERR_IMAGE_PULL_SHOWN_MS,
    retryAt(failed),
  ]);
  const needy = world.pods.items.filter(({ status }) => status?.phase === "Running" || status?.phase === "Pending");
  const refresh = nextRefresh(needy, world.references) ?? Number.POSITIVE_INFINITY;
  const longest = world.pods.items.some(hasDiskLimit) ? EVICTION_INTERVAL_MS : MAX_AGE_MS;
  const deadlines = needy.map(deadlineOf).filter((at) => at !== undefined);
  return Math.min(world.now + longest, refresh, ...deadlines, ...retries.filter((at) => at > world.now));
}

/**
 * Whether a start or an end is all but over: its helper has rung already, a little before systemd is done, so nobody tells of
 * that. On a busy host a run may be there first.
 */
export function isTransitioning(world: World): boolean {
  return [...world.units.values()].some((unit) => isUnitTransitioning(unit, world));
}

function isUnitTransitioning(
  { state, identity, invocation, text = "" }: ActualUnit,
  { directories, now }: World,
): boolean {
  if (state === undefined || identity === undefined || invocation === undefined) return false;
  const { exits = [], started } = directories.get(identity.podUID)?.histories.get(identity.container) ?? {};
  const isJustNow = (mark: { readonly invocation: string } | undefined, at = 0) =>
    mark?.invocation === invocation && now - at < TRANSITION_LIMIT_MS;
  const end = exits.at(-1);
  if (state.active === "deactivating") return isJustNow(end, end?.finishedAt);
  if (state.active !== "activating" || state.job === "" || !isJustNow(started, started?.at)) return false;
  // That of an init container is its whole run, and some programs say themselves when they have started.
  return state.sub === "start-pre" || (state.sub === "start" && /^Type=(exec|forking)$/m.test(text));
}

/** Between two states a unit may go on without changing what the digest covers; only a back-off leaves its mark when it ends. */
function isSteady(unit: ActualUnit, { directories, now }: World): boolean {
  const { state, identity } = unit;
  // A companion that has come to its end rings when that matters to its pod.
  if (state === undefined || isAuxiliary(unit)) return true;
  if (state.sub === "start-pre") {
    // container-start passes through here without a back-off too, and from there on leaves no mark.
    const past = directories.get(identity?.podUID ?? "")?.histories.get(identity?.container ?? "");
    return (past?.backOffUntil ?? 0) > now;
  }
  return (state.active === "active" || state.active === "inactive") && state.job === "";
}

import { isTerminating } from "../model/api/phase.ts";
import type { Instant } from "../model/api/time.ts";
import { type ActualUnit, isAuxiliary } from "../model/unit.ts";
import type { World } from "../model/world.ts";
import { hasDiskLimit } from "../translate/eviction/limits.ts";
import { ERR_IMAGE_PULL_SHOWN_MS, retryAt } from "../translate/images/pull-request.ts";
import { deadlineOf } from "../translate/lifecycle/deadline.ts";
import { nextRefresh } from "../translate/references.ts";

/**
 * A unit that takes longer than this after its helper has finished hangs, for example on a dead share. Timed runs see
 * its end.
 */
const TRANSITION_LIMIT_MS = 60_000;

/** How often disk limits are checked (`kubelet/kubelet.go: evictionMonitoringPeriod`, v1.36). */
const EVICTION_INTERVAL_MS = 10_000;

/** Returns when a run must look closer although nothing changes; undefined when the next run must. */
export function validUntil(world: World): Instant | undefined {
  if (!world.pods.complete) return undefined;
  for (const unit of world.units.values()) {
    if (!isSteady(unit, world)) return undefined;
  }
  if (world.pods.items.some(isTerminating)) return undefined;
  const retries = [...(world.images?.failed.values() ?? [])].flatMap((failed) => [
    failed.at + ERR_IMAGE_PULL_SHOWN_MS,
    retryAt(failed),
  ]);
  const active = world.pods.items.filter(({ status }) => status?.phase === "Running" || status?.phase === "Pending");
  const refresh = nextRefresh(active, world.references) ?? Number.POSITIVE_INFINITY;
  const checked = world.pods.items.some(hasDiskLimit) ? EVICTION_INTERVAL_MS : Number.POSITIVE_INFINITY;
  const longest = Math.min(world.config.syncFrequency, checked);
  const deadlines = active.map(deadlineOf).filter((at) => at !== undefined);
  const workloadsDue = world.pods.workloads?.dueAt ?? Number.POSITIVE_INFINITY;
  if (workloadsDue <= world.now) return undefined;
  const later = [...retries, ...nextStarts(world)].filter((at) => at > world.now);
  return Math.min(world.now + longest, refresh, workloadsDue, ...deadlines, ...later);
}

/**
 * True when a unit is about to leave its state: its helper has requested a sync, shortly before systemd finishes the
 * job. Nothing requests another sync when the job is done, and this run may have come before that.
 */
export function isTransitioning(world: World): boolean {
  return [...world.units.values()].some((unit) => isUnitTransitioning(unit, world));
}

function isUnitTransitioning({ state, identity, invocation }: ActualUnit, { directories, now }: World): boolean {
  if (state === undefined || identity === undefined || invocation === undefined) return false;
  const { exits = [], started } = directories.get(identity.podUID)?.histories.get(identity.container) ?? {};
  const isJustNow = (mark: { readonly invocation: string } | undefined, at = 0) =>
    mark?.invocation === invocation && now - at < TRANSITION_LIMIT_MS;
  const end = exits.at(-1);
  if (state.active === "deactivating") return isJustNow(end, end?.finishedAt);
  if (state.active !== "activating" || state.job === "" || !isJustNow(started, started?.at)) return false;
  // "start" is the whole run of an init container (oneshot), and a notify service leaves it when its program says so.
  if (state.sub === "start") return ["exec", "forking"].includes(identity.serviceType ?? "");
  return state.sub === "start-pre";
}

/** True when a unit can only leave its state by a change that the digest covers. */
function isSteady(unit: ActualUnit, { directories, now }: World): boolean {
  const { state, identity } = unit;
  // An auxiliary unit requests a sync itself when its end matters to the pod.
  if (state === undefined || isAuxiliary(unit)) return true;
  if (state.sub === "start-pre") {
    // container-start removes a file when a back-off or another wait ends. Without one it changes nothing that the
    // digest covers.
    const past = directories.get(identity?.podUID ?? "")?.histories.get(identity?.container ?? "");
    return past?.waiting !== undefined || (past?.backOffUntil ?? 0) > now;
  }
  return (state.active === "active" || state.active === "inactive") && state.job === "";
}

/** Returns when the back-offs of idle containers end: a run starts these containers then. */
function nextStarts({ units, directories }: World): readonly Instant[] {
  return [...units.values()].flatMap(({ identity, state }) => {
    const history = directories.get(identity?.podUID ?? "")?.histories.get(identity?.container ?? "");
    const isStarting = state?.active === "activating";
    return history?.backOffUntil === undefined || isStarting ? [] : [history.backOffUntil];
  });
}

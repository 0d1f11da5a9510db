import { requestSync, stopTriggeringAfterStarts } from "../io/systemd/sync-trigger.ts";
import type { Systemd } from "../io/systemd/systemd.ts";
import { areInForce } from "../model/host/cgroup-limits.ts";
import type { World } from "../model/world.ts";
import type { Applied } from "./apply.ts";
import { invalidateFastPath, saveFastPath } from "./fast-path.ts";
import type { Plan } from "./plan.ts";
import type { Published } from "./publish.ts";
import type { Result } from "./result.ts";
import { isTransitioning, validUntil } from "./valid-until.ts";
import { hasWorkloadNews } from "./workloads.ts";

/** The time after which a unit has left a state that it was about to leave. */
const RECHECK_DELAY_MS = 1000;

export interface Outcome extends Result {
  readonly applied: Applied;
  readonly published: Published;
  readonly digestBefore: string | undefined;
  readonly systemdVersion: string;
}

/**
 * Decides when the next run looks closer: right after this one, in a second, or not before something changes or is due.
 * The timer starts a run every few seconds in any case, which then ends on the fast path.
 */
export async function scheduleNextRun(outcome: Outcome, systemd: Systemd): Promise<void> {
  const { world, now } = outcome;
  if ([...world.units.values()].every(({ state }) => !state?.job)) stopTriggeringAfterStarts();
  if (needsAnotherRun(outcome)) requestSync();
  else if (isTransitioning(world)) await systemd.scheduleRun(`unitlet-recheck-${now}`, now + RECHECK_DELAY_MS);
  updateFastPath(outcome);
}

/** True when this run has ended something that the next run has to remove or to replace. */
function needsAnotherRun({ plan, applied, published, world }: Outcome): boolean {
  const isEnding = plan.steps.some(({ kind }) => kind === "stop-and-wait");
  return (
    hasWorkloadNews(world.pods, published.written, applied.done) ||
    hasServiceNews(world.pods, published.written) ||
    published.anyPodFinished ||
    !applied.jobsDone ||
    isEnding ||
    isUnitNameReleased(plan) ||
    hasStale(plan, world)
  );
}

/** True when Services may have other addresses, because this run has written the status of a pod. */
function hasServiceNews({ services = [] }: World["pods"], written: number): boolean {
  return services.length > 0 && written > 0;
}

/** True when a unit was written, systemd has reloaded, and the kernel still has other limits. */
function hasStale({ steps, translations }: Plan, { units }: World): boolean {
  const written = new Set(steps.flatMap((step) => (step.kind === "write-unit" ? [step.unit] : [])));
  return translations.some((translation) => {
    if (translation.kind !== "runnable") return false;
    const wanted = [translation.slice, ...translation.containers.flatMap(({ unit }) => unit ?? [])];
    return wanted.some((unit) => written.has(unit.name) && !areInForce(unit, units.get(unit.name) ?? {}));
  });
}

/** True when another pod waits for the name of a unit that was removed. */
function isUnitNameReleased({ steps, translations }: Plan): boolean {
  const owners = new Map(steps.flatMap((step) => (step.kind === "remove-unit" ? [[step.unit, step.uid]] : [])));
  return translations.some((translation) => {
    const units = translation.kind === "runnable" ? translation.containers.map(({ unitName }) => unitName) : [];
    return units.some((name) => (owners.get(name) ?? translation.pod.metadata.uid) !== translation.pod.metadata.uid);
  });
}

/** Stores or removes the entry of the fast path: only a run that had nothing to do lets the next ones end early. */
function updateFastPath({ plan, published, world, now, digestBefore, systemdVersion }: Outcome): void {
  const isIdle = plan.steps.every(({ kind }) => kind === "emit-event") && published.changed === 0;
  const until = isIdle ? validUntil(world) : undefined;
  if (digestBefore !== undefined && until !== undefined && until > now)
    saveFastPath(digestBefore, { until, systemdVersion });
  else invalidateFastPath();
}

import type { ActualTimer, CronTimer } from "../model/cron-job-state.ts";
import type { Step } from "../model/step.ts";
import type { UnitName } from "../model/unit.ts";
import type { World } from "../model/world.ts";

/** Returns the steps that give each CronJob its timer, and remove those that no CronJob has. */
export function timerSteps({ timers, pods, config }: World): Step[] {
  if (timers === undefined) return [];
  const { timers: wanted = [], keptTimers } = pods.workloads?.cron ?? {};
  const names = new Set<string>(wanted.map(({ name }) => name));
  const unwanted = [...timers].filter(([name, { isOurs }]) => isOurs && !names.has(name) && !keptTimers?.has(name));
  return [
    ...wanted.flatMap((timer) => ensureTimer(timer, timers.get(timer.name), config.unitDirectory)),
    ...(pods.complete || pods.workloads?.cron !== undefined ? unwanted.flatMap(([name]) => removeTimer(name)) : []),
  ];
}

function ensureTimer(
  { name, text }: CronTimer,
  actual: ActualTimer | undefined,
  directory: World["config"]["unitDirectory"],
): Step[] {
  // A unit that unitlet did not write is left alone, also one that masks the timer. Runs find the time without it.
  if (actual !== undefined && !actual.isOurs) return [];
  const common = { uid: "", unit: name } as const;
  const because =
    actual === undefined ? "the CronJob has no timer" : "the times of the CronJob changed, or its timer was edited";
  const link: Step[] = actual?.isLinked
    ? []
    : [{ ...common, kind: "link", directory, because: "the timer starts at boot" }];
  if (actual?.text === text) {
    const start = { ...common, kind: "start", because: "the timer of the CronJob does not run" } as const;
    return [...link, ...(actual.isActive ? [] : [start])];
  }
  return [
    { ...common, kind: "write-unit", text, dropIns: [], directory, because },
    ...link,
    { uid: "", kind: "reload", because: "timers changed" },
    { ...common, kind: actual?.isActive ? "restart" : "start", because },
  ];
}

function removeTimer(name: UnitName): Step[] {
  const common = { uid: "", unit: name, because: "the CronJob is gone, or suspended" } as const;
  return [
    { ...common, kind: "unlink" },
    { ...common, kind: "stop" },
    { ...common, kind: "remove-unit" },
    { uid: "", kind: "reload", because: "timers changed" },
  ];
}

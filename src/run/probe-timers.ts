import { parse, removeOtherPeriods } from "../io/pods/probe-files.ts";
import { reportProblem } from "../io/problems.ts";
import { BusError } from "../io/systemd/bus.ts";
import type { Systemd } from "../io/systemd/systemd.ts";
import type { Log } from "../log.ts";
import type { ContainerProbes, ProbeType } from "../model/api/probe.ts";
import { type ContainerHistory, NO_HISTORY } from "../model/exit-record.ts";
import { probesFile } from "../model/paths.ts";
import type { PodDirectory, World } from "../model/world.ts";
import { probeService, probeTimer } from "../unitfile/names.ts";
import { contain } from "./contain.ts";

const SUFFIX = probesFile("");

interface ProbedUnits {
  readonly probes: ContainerProbes;
  readonly past: ContainerHistory;
  readonly runs: boolean;
}

/**
 * Starts the prober at once for a container that has just started, so that its first probe does not wait for the timer.
 * It also starts each timer that is missing, because an administrator stopped it or an upgrade brought it.
 */
export async function reconcileProbeTimers(world: World, systemd: Systemd, log: Log): Promise<void> {
  try {
    // A file that cannot be read must not end the probes of other pods.
    const { result: all } = await contain([...world.directories.values()], (directories) =>
      directories.flatMap((directory) => probedIn(directory, world)),
    );
    removeOtherPeriods(periodsOf(all));
    const running = all.filter(({ runs }) => runs);
    if (running.length === 0) return;
    const timers = await systemd.list([probeTimer("*")]);
    for (const period of periodsOf(running)) {
      if (timers.get(probeTimer(period))?.active !== "active") await systemd.set(probeTimer(period), true);
    }
    const due = new Set(running.flatMap((each) => unprobed(each, world.now)));
    for (const period of due) await systemd.set(probeService(period), true);
    reportProblem(log, "probes", undefined);
  } catch (error) {
    // systemd refuses, for example because a unit is masked. Pods without probes do not depend on these units.
    if (error instanceof BusError && error.type === "") throw error;
    reportProblem(log, "probes", (error as Error).message);
  }
}

function probedIn({ files, histories }: PodDirectory, { units }: World): ProbedUnits[] {
  return [...files].flatMap(([file, text]) => {
    const probes = file.endsWith(SUFFIX) ? parse<ContainerProbes>(text) : undefined;
    if (probes === undefined) return [];
    const past = histories.get(file.slice(0, -SUFFIX.length)) ?? NO_HISTORY;
    const invocation = units.get(probes.unit)?.invocation;
    return [{ probes, past, runs: invocation !== undefined && invocation === past.started?.invocation }];
  });
}

function periodsOf(all: readonly ProbedUnits[]): ReadonlySet<number> {
  return new Set(all.flatMap(({ probes }) => Object.values(probes.probes).map(({ period }) => period)));
}

/** Returns the periods, in seconds, of probes without a result for this start that the pod's readiness waits for. */
function unprobed({ probes: { probes }, past: { started, probes: results } }: ProbedUnits, now: number): number[] {
  const result = (type: ProbeType) => {
    const found = results?.[type];
    return found?.invocation === started?.invocation ? found : undefined;
  };
  const isHeldBack = probes.startup !== undefined && !result("startup")?.success;
  const type = isHeldBack ? "startup" : "readiness";
  const probe = probes[type];
  if (probe === undefined || result(type) !== undefined) return [];
  return now - (started?.at ?? now) >= probe.initialDelay * 1000 ? [probe.period] : [];
}

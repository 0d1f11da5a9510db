import { join } from "node:path";
import type { ContainerProbes, ProbeResult, ProbeType } from "../../model/api/probe.ts";
import { podRunDir, RUN_DIR } from "../../model/paths.ts";
import { list, readOptional, remove, writeBestEffort } from "../files.ts";

/** Undefined when there is none, or none that can be read: it is written again. */
export function readContainerProbes(uid: string, container: string): ContainerProbes | undefined {
  return parse<ContainerProbes>(readOptional(join(podRunDir(uid), `${container}.probes`)));
}

export function readProbeResult(uid: string, container: string, type: ProbeType): ProbeResult | undefined {
  return parse<ProbeResult>(readOptional(join(podRunDir(uid), `${container}.${type}`)));
}

/** The directory is the run's to make: of a pod that was removed in between nothing must come back. */
export function writeProbeResult(uid: string, container: string, type: ProbeType, result: ProbeResult): void {
  writeBestEffort(join(podRunDir(uid), `${container}.${type}`), JSON.stringify(result), 0o600);
}

/** What is remembered of probes of a period that no container has any more: nobody would come to clear it up. */
export function forgetOtherPeriods(periods: ReadonlySet<number>): void {
  for (const name of list(`${RUN_DIR}/probes`)) {
    const period = /^(\d+)\.json$/.exec(name)?.[1];
    if (period !== undefined && !periods.has(Number(period))) remove(join(RUN_DIR, "probes", name));
  }
}

export function parse<T>(text: string | undefined): T | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

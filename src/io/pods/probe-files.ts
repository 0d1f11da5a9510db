import { join } from "node:path";
import type { ContainerProbes, ProbeResult, ProbeType } from "../../model/api/probe.ts";
import { podRunDir, RUN_DIR } from "../../model/paths.ts";
import { list, readOptional, remove, writeBestEffort } from "../files.ts";

/** Returns the probes of a container; undefined when there is no valid file. The next run writes it again. */
export function readContainerProbes(uid: string, container: string): ContainerProbes | undefined {
  return parse<ContainerProbes>(readOptional(join(podRunDir(uid), `${container}.probes`)));
}

/** Returns the last reported result of a probe; undefined when there is no valid file. */
export function readProbeResult(uid: string, container: string, type: ProbeType): ProbeResult | undefined {
  return parse<ProbeResult>(readOptional(join(podRunDir(uid), `${container}.${type}`)));
}

/** Stores the result of a probe. The caller checks that the pod's directory exists, so that no removed pod gets one again. */
export function writeProbeResult(uid: string, container: string, type: ProbeType, result: ProbeResult): void {
  writeBestEffort(join(podRunDir(uid), `${container}.${type}`), JSON.stringify(result), 0o600);
}

/** Removes the states of probes with periods (seconds) that no container has any more. */
export function removeOtherPeriods(periods: ReadonlySet<number>): void {
  for (const name of list(`${RUN_DIR}/probes`)) {
    const period = /^(\d+)\.json$/.exec(name)?.[1];
    if (period !== undefined && !periods.has(Number(period))) remove(join(RUN_DIR, "probes", name));
  }
}

/** Returns a parsed JSON text; undefined when there is none or it is invalid. */
export function parse<T>(text: string | undefined): T | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

import { join } from "node:path";
import { podVolatile, VOLATILE } from "../../model/paths.ts";
import type { ContainerProbes, ProbeResult, ProbeType } from "../../model/api/probe.ts";
import { namesIn, readIfThere, remove, writeIfRoom } from "../files.ts";

/** Undefined when there is none, or none that can be read: it is written again. */
export function readContainerProbes(uid: string, container: string): ContainerProbes | undefined {
  return parse<ContainerProbes>(readIfThere(join(podVolatile(uid), `${container}.probes`)));
}

export function readProbeResult(uid: string, container: string, type: ProbeType): ProbeResult | undefined {
  return parse<ProbeResult>(readIfThere(join(podVolatile(uid), `${container}.${type}`)));
}

/** The directory is the run's to make: of a pod that was removed in between nothing must come back. */
export function writeProbeResult(uid: string, container: string, type: ProbeType, result: ProbeResult): void {
  writeIfRoom(join(podVolatile(uid), `${container}.${type}`), JSON.stringify(result), 0o600);
}

/** What is remembered of probes of a period that no container has any more: nobody would come to clear it up. */
export function forgetOtherPeriods(periods: ReadonlySet<number>): void {
  for (const name of namesIn(`${VOLATILE}/probes`)) {
    const period = /^(\d+)\.json$/.exec(name)?.[1];
    if (period !== undefined && !periods.has(Number(period))) remove(join(VOLATILE, "probes", name));
  }
}

export function parse<T>(text: string | undefined): T | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

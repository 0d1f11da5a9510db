import { join } from "node:path";
import { podVolatile } from "../model/paths.ts";
import type { ContainerProbes, ProbeResult, ProbeType } from "../model/probe.ts";
import { readIfThere, writeWhole } from "./files.ts";

/** Undefined when there is none, or none that can be read: it is written again. */
export function readContainerProbes(uid: string, container: string): ContainerProbes | undefined {
  return parse<ContainerProbes>(readIfThere(join(podVolatile(uid), `${container}.probes`)));
}

export function readProbeResult(uid: string, container: string, type: ProbeType): ProbeResult | undefined {
  return parse<ProbeResult>(readIfThere(join(podVolatile(uid), `${container}.${type}`)));
}

/** The directory is the run's to make: of a pod that was removed in between nothing must come back. */
export function writeProbeResult(uid: string, container: string, type: ProbeType, result: ProbeResult): void {
  writeWhole(join(podVolatile(uid), `${container}.${type}`), JSON.stringify(result), 0o600);
}

export function parse<T>(text: string | undefined): T | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

import { join } from "node:path";
import { list, modifiedAt, readOptional } from "../io/files.ts";
import { readContainerProbes, readProbeResult } from "../io/pods/probe-files.ts";
import { runningInvocation } from "../io/systemd/invocations.ts";
import { PROBE_TYPES, type Probe, type ProbeType } from "../model/api/probe.ts";
import type { Instant } from "../model/api/time.ts";
import { podRunDir, RUN_DIR } from "../model/paths.ts";
import type { UnitName } from "../model/unit.ts";

/** One probe of one container that runs. */
export interface ProbeTarget {
  /** "UID/NAME/TYPE" */
  readonly key: string;
  readonly uid: string;
  readonly container: string;
  readonly type: ProbeType;
  readonly probe: Probe;
  readonly unit: UnitName;
  readonly address: string;
  readonly restarts: boolean;
  readonly invocation: string;
  readonly startedAt: Instant;
}

/** All probes of this period that may be made now, by the files that the run and the containers' helpers have left. */
export function probeTargets(period: number): ProbeTarget[] {
  return list(`${RUN_DIR}/pods`).flatMap((uid) => {
    const names = list(podRunDir(uid));
    const isStopping = names.includes("stopping");
    return names
      .filter((name) => name.endsWith(".probes") && !name.startsWith("."))
      .flatMap((name) => targetsOf(uid, name.slice(0, -".probes".length), isStopping))
      .filter(({ probe }) => probe.period === period);
  });
}

function targetsOf(uid: string, container: string, isStopping: boolean): ProbeTarget[] {
  const told = readContainerProbes(uid, container);
  const note = join(podRunDir(uid), `${container}.started`);
  const invocation = readOptional(note)?.trim();
  const startedAt = modifiedAt(note);
  if (told === undefined || !invocation || startedAt === undefined) return [];
  const { probes, unit, address, restarts } = told;
  if (runningInvocation(unit) !== invocation) return [];
  const types = wantedTypes(probes, () => hasStarted(uid, container, invocation), isStopping);
  return types.flatMap((type) => {
    const probe = probes[type];
    const key = `${uid}/${container}/${type}`;
    return probe ? [{ key, uid, container, type, probe, unit, address, restarts, invocation, startedAt }] : [];
  });
}

/** Until a container has started nothing else is asked of it; one that is to end is left alive, and may still become unready. */
function wantedTypes(
  probes: Readonly<Partial<Record<ProbeType, Probe>>>,
  isStarted: () => boolean,
  isStopping: boolean,
): readonly ProbeType[] {
  if (isStopping) return ["readiness"];
  if (probes.startup !== undefined && !isStarted()) return ["startup"];
  return PROBE_TYPES.filter((type) => type !== "startup");
}

function hasStarted(uid: string, container: string, invocation: string): boolean {
  const result = readProbeResult(uid, container, "startup");
  return result?.invocation === invocation && result.success;
}

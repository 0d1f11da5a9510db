import { join } from "node:path";
import { list, modifiedAt, readOptional } from "../io/files.ts";
import { readContainerProbes, readProbeResult } from "../io/pods/probe-files.ts";
import { runningInvocation } from "../io/systemd/invocations.ts";
import { PROBE_TYPES, type Probe, type ProbeType } from "../model/api/probe.ts";
import type { Instant } from "../model/api/time.ts";
import { podRunDir, RUN_DIR } from "../model/paths.ts";
import type { UnitName } from "../model/unit.ts";

/** One probe of one running container. */
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

/**
 * Returns all probes of this period (seconds) that may be made now, from the files of the runs and of the containers' helpers.
 */
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
  const config = readContainerProbes(uid, container);
  const marker = join(podRunDir(uid), `${container}.started`);
  const invocation = readOptional(marker)?.trim();
  const startedAt = modifiedAt(marker);
  if (config === undefined || !invocation || startedAt === undefined) return [];
  const { probes, unit, address, restarts } = config;
  if (runningInvocation(unit) !== invocation) return [];
  const types = wantedTypes(probes, () => hasStarted(uid, container, invocation), isStopping);
  return types.flatMap((type) => {
    const probe = probes[type];
    const key = `${uid}/${container}/${type}`;
    return probe ? [{ key, uid, container, type, probe, unit, address, restarts, invocation, startedAt }] : [];
  });
}

/**
 * Returns the types of probes to make (`prober/worker.go: doProbe`, v1.36): before the start only `startup`, and while the
 * pod stops only `readiness`.
 */
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

import { readOptional, writeBestEffort } from "../io/files.ts";
import { parse, readProbeResult } from "../io/pods/probe-files.ts";
import type { ProbeType } from "../model/api/probe.ts";
import { RUN_DIR } from "../model/paths.ts";
import { type ProbeState, resumeState } from "./probe-state.ts";

/**
 * One process makes all probes of a period, so their states are in one file. Results for the runs are in the files of the pods.
 */
const path = (period: number) => `${RUN_DIR}/probes/${period}.json`;

/** Returns the states by "UID/NAME/TYPE". When they are lost, thresholds are counted from zero. */
export function readProbeStates(period: number): Map<string, ProbeState> {
  const stored = Object.entries(parse<Record<string, ProbeState>>(readOptional(path(period))) ?? {});
  return new Map(stored.map(([key, state]) => [key, resumed(key, state)]));
}

function resumed(key: string, state: ProbeState): ProbeState {
  const [uid = "", container = "", type] = key.split("/") as [string, string, ProbeType];
  return resumeState(type, state, readProbeResult(uid, container, type));
}

/** Stores the states. A full disk is no error. */
export function writeProbeStates(period: number, states: ReadonlyMap<string, ProbeState>): void {
  writeBestEffort(path(period), JSON.stringify(Object.fromEntries(states)), 0o600);
}

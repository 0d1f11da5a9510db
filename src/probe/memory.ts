import { readOptional, writeBestEffort } from "../io/files.ts";
import { parse, readProbeResult } from "../io/pods/probe-files.ts";
import type { ProbeType } from "../model/api/probe.ts";
import { RUN_DIR } from "../model/paths.ts";
import { type ProbeState, resumeState } from "./probe-state.ts";

/** One file for all probes of a period: they are made by one process. Beside the pods' own files, which tell a run of news. */
const path = (period: number) => `${RUN_DIR}/probes/${period}.json`;

/** By "UID/NAME/TYPE". Losing it costs a few failures more or less before a threshold. */
export function readProbeStates(period: number): Map<string, ProbeState> {
  const kept = Object.entries(parse<Record<string, ProbeState>>(readOptional(path(period))) ?? {});
  return new Map(kept.map(([key, course]) => [key, resumed(key, course)]));
}

function resumed(key: string, course: ProbeState): ProbeState {
  const [uid = "", container = "", type] = key.split("/") as [string, string, ProbeType];
  return resumeState(type, course, readProbeResult(uid, container, type));
}

export function writeProbeStates(period: number, courses: ReadonlyMap<string, ProbeState>): void {
  writeBestEffort(path(period), JSON.stringify(Object.fromEntries(courses)), 0o600);
}

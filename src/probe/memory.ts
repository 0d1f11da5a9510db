import { readIfThere, writeIfRoom } from "../io/files.ts";
import { parse, readProbeResult } from "../io/pods/probe-files.ts";
import { VOLATILE } from "../model/paths.ts";
import type { ProbeType } from "../model/api/probe.ts";
import { type Course, resume } from "./probe-state.ts";

/** One file for all probes of a period: they are made by one process. Beside the pods' own files, which tell a run of news. */
const path = (period: number) => `${VOLATILE}/probes/${period}.json`;

/** By "UID/NAME/TYPE". Losing it costs a few failures more or less before a threshold. */
export function readCourses(period: number): Map<string, Course> {
  const kept = Object.entries(parse<Record<string, Course>>(readIfThere(path(period))) ?? {});
  return new Map(kept.map(([key, course]) => [key, resumed(key, course)]));
}

function resumed(key: string, course: Course): Course {
  const [uid = "", container = "", type] = key.split("/") as [string, string, ProbeType];
  return resume(type, course, readProbeResult(uid, container, type));
}

export function keepCourses(period: number, courses: ReadonlyMap<string, Course>): void {
  writeIfRoom(path(period), JSON.stringify(Object.fromEntries(courses)), 0o600);
}

import type { ExitRecord } from "../model/exit-record.ts";

/** The code of an end without a record (`kubelet_pods.go: convertToAPIContainerStatuses`, v1.36). */
export const UNKNOWN_EXIT_CODE = 137;

/** The code of a program that could not be executed, as container runtimes report it. */
export const START_ERROR_EXIT_CODE = 128;

/** Returns the exit code for Kubernetes clients: 128+n for signal n, as container runtimes report it. */
export function exitCode(record: ExitRecord): number {
  if (!ran(record)) return START_ERROR_EXIT_CODE;
  if (record.code === "exited") return wholeNumber(record.status) ?? UNKNOWN_EXIT_CODE;
  if (record.code === "killed" || record.code === "dumped") return 128 + signalNumber(record.status);
  return UNKNOWN_EXIT_CODE;
}

/** False when no program of the container ran. A lost record does not show that, so it counts as a run. */
export function ran(record: ExitRecord): boolean {
  return record.code === "lost" || (record.executed && record.code !== "");
}

function wholeNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function signalNumber(name: string): number {
  const known = (SIGNALS as Readonly<Record<string, number>>)[name];
  if (known !== undefined) return known;
  const realTime = /^(RTMIN|RTMAX)([+-]\d+)?$/.exec(name);
  if (realTime !== null) return (realTime[1] === "RTMIN" ? 34 : 64) + Number(realTime[2] ?? 0);
  return wholeNumber(name) ?? SIGNALS.KILL;
}

// signal(7), for amd64 and arm64.
const SIGNALS = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  PWR: 30,
  SYS: 31,
} as const;

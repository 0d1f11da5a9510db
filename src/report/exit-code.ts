import type { ExitRecord } from "../model/exit-record.ts";
import { signalNumber } from "../model/signal.ts";

const SIGKILL = 9;

/** The code of an end without a record (`kubelet_pods.go: convertToAPIContainerStatuses`, v1.36). */
export const UNKNOWN_EXIT_CODE = 137;

/** The code of a program that could not be executed, as container runtimes report it. */
export const START_ERROR_EXIT_CODE = 128;

/** Returns the exit code for Kubernetes clients: 128+n for signal n, as container runtimes report it. */
export function exitCode(record: ExitRecord): number {
  if (!ran(record)) return START_ERROR_EXIT_CODE;
  if (record.code === "exited") return wholeNumber(record.status) ?? UNKNOWN_EXIT_CODE;
  if (record.code === "killed" || record.code === "dumped") return 128 + numberOf(record.status);
  return UNKNOWN_EXIT_CODE;
}

/** False when no program of the container ran. A lost record does not show that, so it counts as a run. */
export function ran(record: ExitRecord): boolean {
  return record.code === "lost" || (record.executed && record.code !== "");
}

function wholeNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Returns the number of a signal. systemd names real-time signals by their distance from the first or the last. */
function numberOf(name: string): number {
  const known = signalNumber(name);
  if (known !== undefined) return known;
  const realTime = /^(RTMIN|RTMAX)([+-]\d+)?$/.exec(name);
  if (realTime !== null) return (realTime[1] === "RTMIN" ? 34 : 64) + Number(realTime[2] ?? 0);
  return wholeNumber(name) ?? SIGKILL;
}

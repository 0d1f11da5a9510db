import { containerID } from "../model/api/container-id.ts";
import type { Container, Terminated } from "../model/api/pod.ts";
import { toTimestamp } from "../model/api/time.ts";
import { execStatus } from "../model/exec-status.ts";
import { type ExitRecord, GIVEN_BACK, RESTART_ALL } from "../model/exit-record.ts";
import { exitCode, ran, UNKNOWN_EXIT_CODE } from "./exit-code.ts";
import { RESTARTING } from "./phase.ts";

/** Returns state.terminated for an exit record. `termination` is the container's own termination message. */
export function terminated(record: ExitRecord, container: Container, termination?: string): Terminated {
  const code = wasRestarted(record) ? UNKNOWN_EXIT_CODE : exitCode(record);
  const message = explanation(record, container) ?? termination;
  return {
    exitCode: code,
    reason: reason(record, code),
    ...(message !== undefined && { message }),
    startedAt: toTimestamp(ran(record) ? Math.min(record.startedAt, record.finishedAt) : 0),
    finishedAt: toTimestamp(record.finishedAt),
    ...(record.invocation !== "" && { containerID: containerID(record.invocation) }),
  };
}

/**
 * Returns the state of a container without a record when its pod ends
 * (`kubelet_pods.go: convertToAPIContainerStatuses`, v1.36).
 */
export function notLocated(startedAt: string, finishedAt: string): Terminated {
  return { exitCode: UNKNOWN_EXIT_CODE, reason: UNKNOWN, message: NOT_LOCATED, startedAt, finishedAt };
}

const UNKNOWN = "ContainerStatusUnknown";
/** The message of such an end, and of the wait until the containers start anew. */
export const REMOVED = "The container is removed because RestartAllContainers in place";
const RUNS_ON = "The unit was given back to the host, where it runs on";
const NOT_LOCATED = "The container could not be located when the pod was terminated";

/** True when the node has ended the container to restart all containers of the pod. */
export function wasRestarted(record: ExitRecord): boolean {
  return record.result === RESTART_ALL && ran(record);
}

function reason(record: ExitRecord, code: number): string {
  if (!ran(record)) return "StartError";
  if (wasRestarted(record)) return RESTARTING;
  if (record.code === "lost") return UNKNOWN;
  if (record.oomKilled || record.result === "oom-kill") return "OOMKilled";
  return code === 0 ? "Completed" : "Error";
}

function explanation(record: ExitRecord, container: Container): string | undefined {
  if (record.code === "lost") return NOT_LOCATED;
  if (wasRestarted(record)) return REMOVED;
  if (record.result === GIVEN_BACK) return RUNS_ON;
  if (ran(record)) return undefined;
  if (record.startError !== undefined) return record.startError;
  // No command of the container ran, so the status is that of a helper, or of systemd before the helper.
  if (record.code === "") return failedStart(record, container);
  const program = container.command?.[0] ?? container.args?.[0] ?? "";
  // These are the codes of shells, and of systemd.exec(5), "Process Exit Codes".
  switch (record.status) {
    case "200":
      return `cannot change to the working directory ${JSON.stringify(container.workingDir ?? "/")}: no such directory`;
    case "126":
    case "127":
    case "203":
      return `cannot execute ${JSON.stringify(program)}: no such file, or not executable`;
    case "216":
    case "217":
      return `cannot execute ${JSON.stringify(program)} as the user or group that the pod asks for`;
    default:
      return `cannot execute ${JSON.stringify(program)}: ${endOfUnit(record)}`;
  }
}

function failedStart(record: ExitRecord, { resources }: Container): string {
  const memory = resources?.limits?.memory;
  const isKilled = record.status === "KILL" || record.result === "oom-kill";
  if (isKilled && memory !== undefined)
    return `cannot start the container: the start was killed: the memory limit ${JSON.stringify(memory)} may be too low`;
  return `cannot start the container: ${endOfUnit(record)}: see the journal of its unit on the node`;
}

function endOfUnit({ result, status }: ExitRecord): string {
  const words = `the unit ended with ${result || "an unknown result"}`;
  return status === "" ? words : `${words}, status ${execStatus(status)}`;
}

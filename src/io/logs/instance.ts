import { invocationOf } from "../../model/api/container-id.ts";
import { containersOf, statusesOf } from "../../model/api/containers.ts";
import type { ContainerStatus, Pod, Terminated } from "../../model/api/pod.ts";
import type { Instant } from "../../model/api/time.ts";
import type { ExitRecord } from "../../model/exit-record.ts";
import type { UnitName } from "../../model/unit.ts";
import { containerUnit } from "../systemd/container-unit.ts";
import { runningInvocation } from "../systemd/invocations.ts";

/** Why there is no log: `status` is that of HTTP, and the message that of the kubelet. */
export class LogError extends Error {
  override readonly name = "LogError";
  readonly status: 400 | 404;

  constructor(status: 400 | 404, message: string) {
    super(message);
    this.status = status;
  }
}

/** One instance of a container. Its entries are read from the journal. */
export interface Instance {
  readonly unit: UnitName;
  readonly invocation: string;
  readonly from: Instant;
  /** When it ended; undefined when no end is known. */
  readonly ended?: Instant;
  /** When the next instance started. Later entries do not belong to this one. */
  readonly next?: Instant;
}

/** True while the instance has not ended. */
export function isRunning({ unit, invocation }: Instance): boolean {
  return runningInvocation(unit) === invocation;
}

/**
 * Returns the instance that a request means (`kubelet_pods.go: validateContainerLogStatus`, v1.36). `readExits` returns the
 * exit records of the container. Throws LogError.
 */
export function findInstance(
  pod: Pod,
  container: string,
  previous: boolean,
  readExits: () => readonly ExitRecord[],
): Instance {
  const { name } = pod.metadata;
  const spec = containersOf(pod.spec).find((each) => each.name === container);
  if (spec === undefined) throw new LogError(404, `container ${quote(container)} not found in pod ${quote(name)}`);
  const statuses = statusesOf(pod.status);
  const status = statuses.find((each) => each.name === container);
  const where = `container ${quote(container)} in pod ${quote(name)}`;
  if (status === undefined) throw new LogError(400, `${where} is not available`);
  const run = previous ? previousRun(status, where) : latestRun(status, where);
  const invocation = invocationOf(run.id);
  if (invocation === undefined) throw new LogError(400, `${where} is terminated`);
  // Only the name of an existing container may become part of a path.
  const period = instanceTimes(run, invocation, status, readExits());
  return { unit: containerUnit(pod, spec), invocation, ...period };
}

interface InstanceRun {
  readonly id: string | undefined;
  readonly startedAt: string;
  readonly finishedAt?: string;
}

function previousRun({ lastState: { terminated } }: ContainerStatus, where: string): InstanceRun {
  if (!terminated?.containerID) throw new LogError(400, `previous terminated ${where} not found`);
  return ended(terminated);
}

function latestRun({ state, lastState, containerID }: ContainerStatus, where: string): InstanceRun {
  if (state.running !== undefined) return { id: containerID, startedAt: state.running.startedAt };
  const terminated = state.terminated?.containerID ? state.terminated : lastState?.terminated;
  if (terminated !== undefined) return ended(terminated);
  if (state.terminated !== undefined) throw new LogError(400, `${where} is terminated`);
  if (state.waiting === undefined) throw new LogError(400, `${where} is waiting to start - no logs yet`);
  const { reason } = state.waiting;
  throw new LogError(400, `${where} is waiting to start: ${WAITING[reason] ?? reason}`);
}

const WAITING: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: "trying and failing to pull image",
};

function ended({ containerID, startedAt, finishedAt }: Terminated): InstanceRun {
  return { id: containerID, startedAt, finishedAt };
}

/** Returns the times of an instance. The status has whole seconds, rounded down; exit records have milliseconds. */
function instanceTimes(
  run: InstanceRun,
  invocation: string,
  { state }: ContainerStatus,
  exits: readonly ExitRecord[],
): Pick<Instance, "from" | "ended" | "next"> {
  const at = exits.findIndex((each) => each.invocation === invocation);
  const record = exits[at];
  const from = record?.startedAt ?? Date.parse(run.startedAt);
  const finished = record?.finishedAt ?? (run.finishedAt === undefined ? undefined : Date.parse(run.finishedAt) + 999);
  const nextStart = exits[at + 1]?.startedAt;
  const nextStartedAt = at >= 0 && nextStart !== undefined ? nextStart : Date.parse(state.running?.startedAt ?? "");
  return {
    // A container that never ran has the zero time.
    from: Math.max(0, from),
    ...(finished === undefined ? {} : { ended: finished }),
    ...(finished !== undefined && nextStartedAt > from ? { next: Math.max(nextStartedAt, finished) } : {}),
  };
}

/** Returns a text in quotes, like Go's %q. */
function quote(text: string): string {
  return JSON.stringify(text);
}

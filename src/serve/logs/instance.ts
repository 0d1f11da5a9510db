import { invocationOf } from "../../model/api/container-id.ts";
import { containersOf, statusesOf } from "../../model/api/containers.ts";
import type { ContainerStatus, Pod, Terminated } from "../../model/api/pod.ts";
import type { Instant } from "../../model/api/time.ts";
import type { ExitRecord } from "../../model/exit-record.ts";
import type { UnitName } from "../../model/unit.ts";
import { containerUnitName } from "../../unitfile/names.ts";
import { HttpError } from "../http/http-error.ts";

/** One run of one container: what the journal is asked for. */
export interface Instance {
  readonly unit: UnitName;
  readonly invocation: string;
  readonly from: Instant;
  /** When it ended; undefined when it is not known to have. */
  readonly ended?: Instant;
  /** When the next one began: what is younger is not of this one. */
  readonly next?: Instant;
}

/** Which run is meant, by what the pod's status says; `readExits` gets this host's own records of it. Throws Refusal. */
export function findInstance(
  pod: Pod,
  container: string,
  previous: boolean,
  readExits: () => readonly ExitRecord[],
): Instance {
  const { name, namespace } = pod.metadata;
  const known = containersOf(pod.spec).some((each) => each.name === container);
  if (!known) throw new HttpError(404, `container ${quote(container)} not found in pod ${quote(name)}`);
  const statuses = statusesOf(pod.status);
  const status = statuses.find((each) => each.name === container);
  const where = `container ${quote(container)} in pod ${quote(name)}`;
  if (status === undefined) throw new HttpError(400, `${where} is not available`);
  const run = previous ? previousRun(status, where) : latestRun(status, where);
  const invocation = invocationOf(run.id);
  if (invocation === undefined) throw new HttpError(400, `${where} is terminated`);
  // Only now: what is no name of a container must be no part of a path.
  const when = times(run, invocation, status, readExits());
  return { unit: containerUnitName(namespace, name, container), invocation, ...when };
}

interface InstanceRun {
  readonly id: string | undefined;
  readonly startedAt: string;
  readonly finishedAt?: string;
}

function previousRun({ lastState: { terminated } }: ContainerStatus, where: string): InstanceRun {
  if (!terminated?.containerID) throw new HttpError(400, `previous terminated ${where} not found`);
  return ended(terminated);
}

function latestRun({ state, lastState, containerID }: ContainerStatus, where: string): InstanceRun {
  if (state.running !== undefined) return { id: containerID, startedAt: state.running.startedAt };
  const terminated = state.terminated?.containerID ? state.terminated : lastState?.terminated;
  if (terminated !== undefined) return ended(terminated);
  if (state.terminated !== undefined) throw new HttpError(400, `${where} is terminated`);
  if (state.waiting === undefined) throw new HttpError(400, `${where} is waiting to start - no logs yet`);
  const { reason } = state.waiting;
  throw new HttpError(400, `${where} is waiting to start: ${WAITING[reason] ?? reason}`);
}

const WAITING: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: "trying and failing to pull image",
};

function ended({ containerID, startedAt, finishedAt }: Terminated): InstanceRun {
  return { id: containerID, startedAt, finishedAt };
}

/** Status has whole seconds, rounded down; the records, while they are there, have thousandths. */
function times(
  run: InstanceRun,
  invocation: string,
  { state }: ContainerStatus,
  exits: readonly ExitRecord[],
): Pick<Instance, "from" | "ended" | "next"> {
  const at = exits.findIndex((each) => each.invocation === invocation);
  const record = exits[at];
  const from = record?.startedAt ?? Date.parse(run.startedAt);
  const finished = record?.finishedAt ?? (run.finishedAt === undefined ? undefined : Date.parse(run.finishedAt) + 999);
  const follower = exits[at + 1]?.startedAt;
  const later = at >= 0 && follower !== undefined ? follower : Date.parse(state.running?.startedAt ?? "");
  return {
    // A container that never ran has the zero time.
    from: Math.max(0, from),
    ...(finished === undefined ? {} : { ended: finished }),
    ...(finished !== undefined && later > from ? { next: Math.max(later, finished) } : {}),
  };
}

/** As Go's %q writes it. */
function quote(text: string): string {
  return JSON.stringify(text);
}

import { isTerminal, isTerminating } from "../../model/api/phase.ts";
import type { ContainerStatus, Pod } from "../../model/api/pod.ts";
import { fromTimestamp, type Instant } from "../../model/api/time.ts";
import type { Deployment, Workload } from "../../model/api/workload.ts";
import { digestOfImageID } from "../../model/auto-update.ts";
import type { OwnedPod, WorkloadState } from "../../model/workload-state.ts";

/** How the pods are with the images that they are to run. `because` says what they wait for, or why they have failed. */
export type Verdict =
  | { readonly kind: "ready" }
  | { readonly kind: "waiting"; readonly because: string }
  | { readonly kind: "failed"; readonly because: string };

/** A program that has ended so often does not start to work by another restart. */
const MAX_ENDS = 3;

export interface Expected {
  /** The digests that the containers are to run. */
  readonly digests: Readonly<Record<string, string>>;
  /** Restarts that were there before the images were changed. */
  readonly restarts: number;
  /** How often the update was interrupted, for example by a reboot, which restarts each container once. */
  readonly interruptions: number;
  /** When this process has begun to wait. A status may be from before a reboot. */
  readonly begun: Instant;
  /** Milliseconds for which a pod must be ready without a restart. */
  readonly stable: number;
  readonly now: Instant;
}

/** Returns how a pod is. `name` is undefined for a Pod of the directory. */
export function podVerdict({ status }: Pod, expected: Expected, name?: string): Verdict {
  const { digests, restarts, interruptions } = expected;
  const statuses = status?.containerStatuses ?? [];
  const where = name === undefined ? "" : `pod ${name}: `;
  const own = Object.keys(digests).map((each) => statuses.find((one) => one.name === each) ?? absent(each));
  const other = own.find((each) => each.containerID !== undefined && !isOn(each, digests[each.name]));
  if (other !== undefined)
    return { kind: "waiting", because: `${where}container ${other.name} runs the earlier image` };
  const ends = restartsOf(status) - restarts;
  const unready = statuses.find(({ ready }) => !ready) ?? own.find(({ ready }) => !ready);
  const words = unready === undefined ? "the pod is not ready" : wordsOf(unready);
  if (ends >= MAX_ENDS + interruptions * statuses.length)
    return { kind: "failed", because: `${where}${words}; containers have ended ${ends} times` };
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  if (ready?.status !== "True" || unready !== undefined) return { kind: "waiting", because: `${where}${words}` };
  return isStable([ready.lastTransitionTime, ...own.map(({ state }) => state.running?.startedAt)], expected)
    ? { kind: "ready" }
    : { kind: "waiting", because: `${where}it is ready for less than ${expected.stable / 1000} s` };
}

/** A time in the future is from before the clock was set back. */
function isStable(times: readonly (string | null | undefined)[], { begun, stable, now }: Expected): boolean {
  const since = Math.max(begun, ...times.map(instant));
  return since > now || since + stable <= now;
}

/** Returns how the pods of a workload are. The template of `workload` has the images that its pods are to run. */
export function workloadVerdict(
  workload: Exclude<Workload, { kind: "Job" }>,
  state: WorkloadState | undefined,
  expected: Expected,
): Verdict {
  const { hash } = workload.template;
  const kept = (state?.pods ?? []).filter(({ pod }) => !isTerminating(pod) && !isTerminal(pod.status?.phase));
  const own = kept.filter(({ templateHash }) => templateHash === hash);
  const verdicts = own.map(({ pod }) => podVerdict(pod, ownOf(pod, expected), pod.metadata.name));
  const failed = verdicts.find(({ kind }) => kind === "failed");
  if (failed !== undefined) return failed;
  const waiting = verdicts.find(({ kind }) => kind === "waiting");
  if (workload.kind === "Deployment" && isLate(workload, state, expected)) {
    const because = waiting?.kind === "waiting" ? waiting.because : "its pods do not get ready";
    return { kind: "failed", because: `progressDeadlineSeconds have passed: ${because}` };
  }
  return waiting ?? rolloutVerdict(workload, state, { own, others: kept.length - own.length });
}

/** The time for which the host was down is none of the rollout. */
function isLate(
  { template, progressDeadlineSeconds }: Deployment,
  state: WorkloadState | undefined,
  { begun, now }: Expected,
): boolean {
  const { progress, problem = "" } = state ?? {};
  const isSaid = progress?.templateHash === template.hash && problem.includes("ProgressDeadlineExceeded:");
  return isSaid && begun + progressDeadlineSeconds * 1000 <= now;
}

/** Only a container that the pod has can be waited for: an init container of a pod that runs has ended. */
function ownOf({ spec }: Pod, expected: Expected): Expected {
  const names = new Set(spec.containers.map(({ name }) => name));
  const digests = Object.entries(expected.digests).filter(([name]) => names.has(name));
  return { ...expected, digests: Object.fromEntries(digests) };
}

function rolloutVerdict(
  workload: Exclude<Workload, { kind: "Job" }>,
  state: WorkloadState | undefined,
  { own, others }: { readonly own: readonly OwnedPod[]; readonly others: number },
): Verdict {
  const { template } = workload;
  const moving: Verdict = { kind: "waiting", because: `${own.length} pods have the images, and ${others} have others` };
  if (workload.kind === "Deployment") {
    const { progress } = state ?? {};
    const isComplete = progress?.templateHash === template.hash && progress.rollout === undefined;
    const isThere = own.length > 0 || workload.replicas === 0;
    return isComplete && isThere && others === 0 ? { kind: "ready" } : moving;
  }
  const kept = workload.kind === "StatefulSet" ? (workload.partition ?? 0) : 0;
  const wanted = Math.max(0, (state?.wanted ?? 1) - kept);
  return own.length >= wanted && others <= kept ? { kind: "ready" } : moving;
}

/** Returns how often all containers of the pod have been restarted. */
export function restartsOf(status: Pod["status"]): number {
  return (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
}

function isOn({ imageID }: ContainerStatus, digest: string | undefined): boolean {
  return digestOfImageID(imageID) === digest;
}

function wordsOf({ name, state }: ContainerStatus): string {
  const { waiting, terminated } = state;
  if (waiting !== undefined)
    return `container ${name}: ${[waiting.reason, waiting.message].filter(Boolean).join(": ")}`;
  if (terminated !== undefined) return `container ${name} has ended with exit code ${terminated.exitCode}`;
  return `container ${name} is not ready`;
}

function absent(name: string): ContainerStatus {
  return { name, state: {}, lastState: {}, ready: false, restartCount: 0, image: "", imageID: "" };
}

function instant(text: string | null | undefined): Instant {
  const at = fromTimestamp(text ?? "");
  return Number.isNaN(at) ? 0 : at;
}

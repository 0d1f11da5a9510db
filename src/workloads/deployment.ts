import type { Instant } from "../model/api/time.ts";
import type { Deployment } from "../model/api/workload.ts";
import type { OwnedPod, Progress, WorkloadState } from "../model/workload-state.ts";
import { type Fenceposts, fenceposts } from "./deployment-limits.ts";
import { type Possible, possibleReplicas, sharePorts } from "./host-ports.ts";
import type { Outcome } from "./outcome.ts";
import { reconcilePaused } from "./paused.ts";
import { availabilities, isAvailable, isKept } from "./pods.ts";
import { replaceEnded } from "./replace-ended.ts";
import { type Rollout, rollOut } from "./roll-out.ts";

/** Decides for a Deployment (`deployment/deployment_controller.go: syncDeployment`, v1.36). */
export function reconcileDeployment(workload: Deployment, state: WorkloadState, now: Instant): Outcome {
  if (workload.paused) return reconcilePaused(workload, state, now);
  const { template, minReadySeconds } = workload;
  const limits = limitsOf(workload, state.pods);
  const rollout: Rollout = { workload, limits, minReadySeconds };
  const pods = rollOut(rollout, state.pods, now);
  const counts = countsOf(workload, pods, now);
  const isComplete = counts.available === limits.replicas && counts.updated === limits.replicas && counts.old === 0;
  const progress = progressOf(template.hash, { ...counts, isComplete }, state.progress, now);
  const replaced = replaceEnded(pods, state.retry, isComplete, now);
  const deadline = progress.rollout && progress.rollout.at + workload.progressDeadlineSeconds * 1000;
  const isLate = deadline !== undefined && deadline <= now;
  const problems = [limits.problem, isLate ? late(workload, counts.old > 0) : undefined];
  const problem = problems.filter((each) => each !== undefined).join("; ");
  return {
    pods: replaced.pods,
    wanted: workload.replicas,
    settled: template,
    progress,
    ...(replaced.retry && { retry: replaced.retry }),
    ...(problem !== "" && { problem }),
    dueAt: [
      ...replaced.dueAt,
      ...availabilities(pods, minReadySeconds, now),
      ...(deadline !== undefined && deadline > now ? [deadline] : []),
    ],
  };
}

/** `deployment/progress.go: syncRolloutStatus`, v1.36. */
function late({ metadata, template }: Deployment, hasOld: boolean): string {
  const what = `ProgressDeadlineExceeded: ReplicaSet "${metadata.name}-${template.hash}" has timed out progressing.`;
  if (!hasOld)
    return `${what} Its pods do not get ready: see unitlet status, and journalctl -u unitlet-sync for failed probes`;
  return `${what} The pods of the old template that are needed stay: correct the template, or restore the old one`;
}

interface Limits extends Possible {
  /** Undefined: all pods of old templates end before the first new one starts. */
  readonly rolling?: Fenceposts;
}

/** Returns how many pods there may be. Pods that take the same port of the host cannot run beside each other. */
function limitsOf({ replicas, rollingUpdate, template }: Deployment, pods: readonly OwnedPod[]): Limits {
  const possible = possibleReplicas(replicas, template.spec);
  const others = pods.filter((each) => isKept(each) && each.templateHash !== template.hash);
  const isBlocked = others.some(({ pod }) => sharePorts(pod.spec, template.spec));
  const isRolling = rollingUpdate !== undefined && !isBlocked;
  return { ...possible, ...(isRolling && { rolling: fenceposts(rollingUpdate, possible.replicas) }) };
}

type Counts = Omit<NonNullable<Progress["rollout"]>, "at">;

function countsOf({ template, minReadySeconds }: Deployment, pods: readonly OwnedPod[], now: Instant): Counts {
  const kept = pods.filter(isKept);
  const updated = kept.filter(({ templateHash }) => templateHash === template.hash);
  const available = updated.filter((each) => isAvailable(each, minReadySeconds, now)).length;
  return { updated: updated.length, available, old: kept.length - updated.length };
}

/**
 * Returns when the rollout has moved last. After it was complete a pod that gets unready, or that is added, begins no other one
 * (`deployment/progress.go: syncRolloutStatus`, `deployment_util.go: DeploymentProgressing`, v1.36).
 */
function progressOf(
  templateHash: string,
  { isComplete, ...counts }: Counts & { readonly isComplete: boolean },
  before: Progress | undefined,
  now: Instant,
): Progress {
  const own = before?.templateHash === templateHash ? before : undefined;
  if (isComplete || (own !== undefined && own.rollout === undefined && counts.old === 0)) return { templateHash };
  const last = own?.rollout;
  const hasMoved =
    last === undefined || counts.updated > last.updated || counts.available > last.available || counts.old < last.old;
  return { templateHash, rollout: { at: hasMoved ? now : Math.min(last.at, now), ...counts } };
}

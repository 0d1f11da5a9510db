import { kindOf } from "../model/api/containers.ts";
import type { ContainerStatus, Pod, PodCondition, PodPhase, PodStatus } from "../model/api/pod.ts";
import { mayRestartAll } from "../model/api/restart.ts";
import { type Instant, toTimestamp } from "../model/api/time.ts";
import type { PendingResize } from "../model/translation.ts";
import type { Statuses } from "./phase.ts";

/** The condition types that a node agent writes. Other controllers write the other types. */
export const OWN_CONDITIONS: readonly string[] = [
  "PodReadyToStartContainers",
  "Initialized",
  "Ready",
  "ContainersReady",
  "PodScheduled",
  "AllContainersRestarting",
];

/** Condition types that a node agent writes too, and that exist only while they are true. */
export const TRANSIENT_CONDITIONS: readonly string[] = ["PodResizePending", "PodResizeInProgress"];

export interface ConditionInput {
  readonly pod: Pod;
  readonly phase: PodPhase;
  readonly statuses: Statuses;
  /** The pod's slice and directory exist, which correspond to a kubelet's sandbox. */
  readonly prepared: boolean;
  readonly previous: PodStatus | undefined;
  readonly now: Instant;
  /** The message of DisruptionTarget: why the node ended the pod. */
  readonly disruption?: string | undefined;
  /** An exit has asked for the restart of all containers, and not all of them have ended. */
  readonly restartsAll?: boolean;
  /** Why the pod does not have the requested resources yet. */
  readonly resize?: PendingResize | undefined;
  /** The node has given other resources than the kernel has for the pod's cgroups. */
  readonly isResizing?: boolean;
}

/**
 * Returns the conditions of other writers unchanged, then the agent's own
 * (`status/generate.go: GeneratePodReadyCondition` and the functions beside it, v1.36).
 */
export function computeConditions(input: ConditionInput): PodCondition[] {
  const { pod, phase, statuses, prepared, previous, disruption, resize } = input;
  const written = [
    ...OWN_CONDITIONS,
    ...TRANSIENT_CONDITIONS,
    ...(disruption === undefined ? [] : ["DisruptionTarget"]),
  ];
  const unmanaged = (previous?.conditions ?? []).filter((each) => !written.includes(each.type));
  const containersReady = containersReadyFact(phase, [...sidecars(pod, statuses), ...statuses.main]);
  const own: [type: string, fact: Fact][] = [
    ["PodReadyToStartContainers", { status: prepared ? "True" : "False" }],
    ["Initialized", initializedFact(pod, phase, statuses, previous)],
    ["Ready", containersReady.status === "True" ? gatesFact(pod, unmanaged) : containersReady],
    ["ContainersReady", containersReady],
    ["PodScheduled", { status: "True" }],
  ];
  if (mayRestartAll(pod.spec)) own.push(["AllContainersRestarting", restartingFact(phase, input.restartsAll ?? false)]);
  if (input.isResizing) own.unshift(["PodResizeInProgress", { status: "True" }]);
  if (resize !== undefined) own.unshift(["PodResizePending", { status: "True", ...resize }]);
  if (disruption !== undefined)
    own.unshift(["DisruptionTarget", { status: "True", reason: "TerminationByKubelet", message: disruption }]);
  return [...unmanaged, ...own.map(([type, fact]) => condition(type, fact, input))];
}

type Fact = Pick<PodCondition, "status" | "reason" | "message">;

function condition(type: string, fact: Fact, { pod, previous, now }: ConditionInput): PodCondition {
  const before = previous?.conditions?.find((each) => each.type === type);
  const { generation } = pod.metadata;
  return {
    type,
    ...(generation !== undefined && { observedGeneration: generation }),
    ...fact,
    lastProbeTime: null,
    lastTransitionTime:
      before?.status === fact.status && before.lastTransitionTime ? before.lastTransitionTime : toTimestamp(now),
  };
}

function sidecars(pod: Pod, { init }: Statuses): ContainerStatus[] {
  const names = (pod.spec.initContainers ?? [])
    .filter((each) => kindOf(pod, each) === "sidecar")
    .map(({ name }) => name);
  return init.filter(({ name }) => names.includes(name));
}

function containersReadyFact(phase: PodPhase, main: readonly ContainerStatus[]): Fact {
  if (phase === "Succeeded") return { status: "False", reason: "PodCompleted" };
  if (phase === "Failed") return { status: "False", reason: "PodFailed" };
  const unready = main.filter((status) => !status.ready);
  if (unready.length === 0) return { status: "True" };
  return {
    status: "False",
    reason: "ContainersNotReady",
    message: `containers with unready status: ${names(unready)}`,
  };
}

/**
 * Returns the condition Initialized. A pod that was initialized once stays so, also while its init containers run again
 * after a reboot.
 */
function initializedFact(pod: Pod, phase: PodPhase, { init, main }: Statuses, previous: PodStatus | undefined): Fact {
  if (phase === "Succeeded") return { status: "True", reason: "PodCompleted" };
  const running = new Set(sidecars(pod, { init, main }));
  const incomplete = init.filter((status) => (running.has(status) ? !status.started : !status.ready));
  const started = main.some((status) => status.state.waiting === undefined);
  const before = previous?.conditions?.find((each) => each.type === "Initialized")?.status === "True";
  if (incomplete.length === 0 || started || before) return { status: "True" };
  return {
    status: "False",
    reason: "ContainersNotInitialized",
    message: `containers with incomplete status: ${names(incomplete)}`,
  };
}

/** Only pods with a rule for it have this condition (`status/generate.go: GenerateAllContainersRestartingCondition`, v1.36). */
function restartingFact(phase: PodPhase, isRestarting: boolean): Fact {
  if (phase === "Succeeded") return { status: "False", reason: "PodCompleted" };
  if (phase === "Failed") return { status: "False", reason: "PodFailed" };
  if (!isRestarting) return { status: "False" };
  return {
    status: "True",
    reason: "RestartAllContainersStarted",
    message: "container exited with restart policy rule",
  };
}

function gatesFact(pod: Pod, unmanaged: readonly PodCondition[]): Fact {
  const problems = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const status = unmanaged.find((each) => each.type === conditionType)?.status;
    if (status === "True") return [];
    const gate = `pod readiness gate ${JSON.stringify(conditionType)}`;
    return status === undefined
      ? [`corresponding condition of ${gate} does not exist.`]
      : [`the status of ${gate} is not "True", but ${status}`];
  });
  if (problems.length === 0) return { status: "True" };
  return { status: "False", reason: "ReadinessGatesNotReady", message: problems.join(", ") };
}

function names(statuses: readonly ContainerStatus[]): string {
  return `[${statuses.map((status) => status.name).join(" ")}]`;
}

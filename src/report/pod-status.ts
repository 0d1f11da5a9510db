import { isTerminal, isTerminating } from "../model/api/phase.ts";
import type { ContainerStatus, PodPhase, PodStatus } from "../model/api/pod.ts";
import { type Instant, toTimestamp } from "../model/api/time.ts";
import { nodeAddresses } from "../model/host/addresses.ts";
import { areInForce } from "../model/host/cgroup-limits.ts";
import type { Terminating, Translation } from "../model/translation.ts";
import type { World } from "../model/world.ts";
import { computeConditions } from "./conditions.ts";
import { isActive } from "./container-run.ts";
import { containerStatus } from "./container-status.ts";
import { type ContainerView, containerViews } from "./container-view.ts";
import { finalStatus } from "./final-status.ts";
import { computePhase, type Statuses } from "./phase.ts";

export interface PodReport {
  readonly translation: Translation;
  /** The snapshot after the steps of the run. */
  readonly world: World;
  /** The status that the pod came with. */
  readonly previous: PodStatus | undefined;
  readonly now: Instant;
}

/** Returns the whole status of the pod (`kubelet_pods.go: generateAPIPodStatus`, v1.36). */
export function reportPod(input: PodReport): PodStatus {
  const { translation, world, previous, now } = input;
  const { pod } = translation;
  const views = containerViews(translation, world, previous, now);
  const observed = observedStatuses(views, input);
  // Ephemeral containers do not keep a pod from ending.
  const own = views.filter(({ kind }) => kind !== "ephemeral");
  const busy = own.some((view) => isActive(view.unit)) || [...observed.init, ...observed.main].some(isRunning);
  const { ephemeral } = observed;
  const state = computePodState(input, observed, busy);
  const endsNow = isTerminal(state.phase) && !isTerminal(previous?.phase);
  const statuses = endsNow && !busy ? finalStatus(pod, observed, now) : observed;
  const prepared = !isTerminal(state.phase) && isPrepared(input, views);
  const generation = Math.max(pod.metadata.generation ?? 0, previous?.observedGeneration ?? 0);
  return {
    ...(generation > 0 && { observedGeneration: generation }),
    ...state,
    conditions: computeConditions({
      ...{ pod, phase: state.phase, statuses, prepared, previous, now },
      restartsAll: world.directories.get(pod.metadata.uid)?.restartAll !== undefined,
      disruption: endingOf(translation)?.disruption,
      resize: translation.kind === "runnable" ? translation.pendingResize : undefined,
      isResizing: isResizing(input, views),
    }),
    ...addresses(input, state.phase),
    startTime: previous?.startTime ?? toTimestamp(now),
    // The QoS class never changes once the API server has it.
    qosClass: previous?.qosClass ?? translation.qosClass,
    ...(statuses.init.length > 0 && { initContainerStatuses: statuses.init }),
    ...(statuses.main.length > 0 && { containerStatuses: statuses.main.toSorted(byName) }),
    ...(ephemeral.length > 0 && { ephemeralContainerStatuses: ephemeral }),
  };
}

/**
 * Returns the statuses that the pod shows. A pod that ended before any container started here has none, and gets none
 * later.
 */
function observedStatuses(views: readonly ContainerView[], { translation, previous }: PodReport) {
  const wasLetIn = translation.kind === "runnable" || translation.ended !== undefined;
  const never = !wasLetIn || isTerminal(previous?.phase);
  const known = views.map((view) => ({ view, status: containerStatus(view) }));
  const shown = known.filter(
    ({ view, status }) => !never || view.previous !== undefined || status.containerID !== undefined,
  );
  const of = (...kinds: ContainerView["kind"][]) =>
    shown.filter(({ view }) => kinds.includes(view.kind)).map(({ status }) => status);
  return { init: of("init", "sidecar"), main: of("container"), ephemeral: of("ephemeral") };
}

type PodState = Pick<PodStatus, "reason" | "message"> & { readonly phase: PodPhase };

/**
 * Returns the phase with its reason. A terminal phase never changes, and is not reached while a container runs, because
 * controllers then reuse its resources. A pod that the node itself ends is the exception: its reason is known only to
 * the run that ends it.
 */
function computePodState(input: PodReport, statuses: Statuses, busy: boolean): PodState {
  const { translation, previous } = input;
  const before = previous?.phase ?? "Pending";
  const computed = isTerminal(before) ? { phase: before } : podStateOf(translation, statuses, busy);
  const isEarly = isTerminal(computed.phase) && !isTerminal(before) && busy && endingOf(translation) === undefined;
  // After a reboot the init containers run again, one after the other, and the phase must not change with each.
  const isBack = before === "Running" && computed.phase === "Pending";
  const held = isEarly || isBack ? { phase: before } : computed;
  if (held.phase !== before || held.reason !== undefined) return held;
  return {
    ...held,
    ...(previous?.reason !== undefined && { reason: previous.reason }),
    ...(previous?.message !== undefined && { message: previous.message }),
  };
}

function podStateOf(translation: Translation, statuses: Statuses, busy: boolean): PodState {
  const { pod } = translation;
  if (translation.kind === "rejected") {
    const { reason, message, ended } = translation;
    return { phase: "Failed", reason, message: ended === undefined ? `Pod was rejected: ${message}` : message };
  }
  const ended = isTerminating(pod) && !busy;
  const phase = computePhase(pod, statuses, ended);
  return { phase: ended && !isTerminal(phase) ? "Failed" : phase };
}

function endingOf(translation: Translation): Terminating | undefined {
  return translation.kind === "rejected" ? translation.ended : undefined;
}

function isPrepared({ translation, world }: PodReport, views: readonly ContainerView[]): boolean {
  if (translation.kind === "rejected") return false;
  const { isHost, addresses } = translation.network;
  if (!isHost && addresses.length === 0) return false;
  const sandbox = translation.auxiliaryUnits.find(({ identity }) => identity.kind === "sandbox");
  if (sandbox !== undefined && world.units.get(sandbox.name)?.state?.active === "failed") return false;
  return world.units.get(translation.slice.name)?.text !== undefined || views.some((view) => isActive(view.unit));
}

/** True while the kernel has other limits than the unit files (`allocation_manager.go: SetPodResizeInProgress…`, v1.36). */
function isResizing({ translation, world }: PodReport, views: readonly ContainerView[]): boolean {
  if (translation.kind === "rejected") return false;
  const slice = world.units.get(translation.slice.name);
  const isStale = slice?.text === translation.slice.text && !areInForce(translation.slice, slice);
  return isStale || views.some(({ written, applied }) => written && !applied);
}

type Addresses = Pick<PodStatus, "hostIP" | "hostIPs" | "podIP" | "podIPs">;

/** Returns the addresses of the pod and of its node. A pod that has ended keeps those of its status. */
function addresses({ translation, world, previous }: PodReport, phase: PodPhase): Addresses {
  const hasEnded = isTerminal(previous?.phase) || (isTerminal(phase) && previous?.hostIP !== undefined);
  if (translation.kind === "rejected" || hasEnded) return had(previous);
  const [hostIP] = nodeAddresses(world.host);
  const [podIP] = translation.network.addresses;
  return {
    ...(hostIP !== undefined && { hostIP, hostIPs: nodeAddresses(world.host).map((ip) => ({ ip })) }),
    ...(podIP !== undefined && { podIP, podIPs: translation.network.addresses.map((ip) => ({ ip })) }),
  };
}

function had({ hostIP, hostIPs, podIP, podIPs }: PodStatus = {}): Addresses {
  return {
    ...(hostIP !== undefined && { hostIP }),
    ...(hostIPs !== undefined && { hostIPs }),
    ...(podIP !== undefined && { podIP }),
    ...(podIPs !== undefined && { podIPs }),
  };
}

function isRunning(status: ContainerStatus): boolean {
  return status.state.running !== undefined;
}

function byName(a: ContainerStatus, b: ContainerStatus): number {
  return a.name < b.name ? -1 : 1;
}

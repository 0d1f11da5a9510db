import type { PodEvent } from "../../model/api/event.ts";
import type { Step } from "../../model/step.ts";
import type { Runnable } from "../../model/translation.ts";
import { type ActualUnit, type AuxiliaryUnit, isAuxiliary } from "../../model/unit.ts";
import type { World } from "../../model/world.ts";
import { drift } from "./drift.ts";
import { ensureUnit } from "./ensure-unit.ts";
import { isIdle, isUnloadable, isUp } from "./unit-states.ts";

/**
 * Writes the pod's auxiliary units, starts those that a run has to start, and removes those that the pod no longer
 * needs.
 */
export function auxiliaryUnitSteps(translation: Runnable, own: readonly ActualUnit[], world: World): Step[] {
  return [
    ...translation.auxiliaryUnits.flatMap((auxiliary) => ensureAuxiliaryUnit(translation, auxiliary, world)),
    ...own.filter((unit) => isStale(unit, translation)).flatMap((unit) => remove(translation, unit)),
  ];
}

function ensureAuxiliaryUnit(translation: Runnable, auxiliary: AuxiliaryUnit, world: World): Step[] {
  const { uid } = translation.pod.metadata;
  const actual = world.units.get(auxiliary.name);
  const steps = [
    ...ensureUnit(translation, auxiliary, actual, world),
    ...(actual ? reopenSocket(translation, auxiliary, actual, world) : []),
  ];
  const because = actual && lostNetwork(translation, actual, world);
  if (actual !== undefined && because !== undefined) {
    // A restart would start the containers, too: with their present units, which have the old address.
    const event = sandboxChanged(translation, actual);
    return [...steps, { kind: "stop-and-wait", uid, unit: auxiliary.name, because, event }];
  }
  if (!auxiliary.wanted || !isIdle(actual) || isUnloadable(actual, world)) return steps;
  const event = actual && failedSandbox(translation, actual, world);
  const start: Step = {
    kind: "start",
    uid,
    unit: auxiliary.name,
    because: "the pod needs it",
    ...(event && { event }),
  };
  return [...steps, start];
}

/**
 * systemd closes the sockets of a unit that it reloads with other addresses, or without its file, and opens them again
 * only at a start. It starts no socket unit while its service runs, so the container restarts, and starts the unit.
 */
function reopenSocket(translation: Runnable, auxiliary: AuxiliaryUnit, actual: ActualUnit, world: World): Step[] {
  if (auxiliary.identity.kind !== "socket" || !isUp(actual)) return [];
  const isClosed = actual.state?.load !== "loaded";
  if (!isClosed && !drift(translation, auxiliary, actual, world)?.isEdit) return [];
  const { uid } = translation.pod.metadata;
  const because = "its socket unit was changed on the host";
  const stop: Step = { kind: "stop", uid, unit: auxiliary.name, because };
  const served = translation.containers.find(({ name }) => name === auxiliary.identity.container);
  const container = served && world.units.get(served.unitName);
  if (container === undefined || !isUp(container)) return [stop];
  return [stop, { kind: "restart", uid, unit: container.name, because }];
}

/**
 * Returns the Event of `kuberuntime_manager.go: SyncPod`, v1.36, for a sandbox that has failed. The containers wait
 * until the sandbox exists.
 */
function failedSandbox(
  { pod }: Runnable,
  { name, identity, state }: ActualUnit,
  { directories }: World,
): PodEvent | undefined {
  if (identity?.kind !== "sandbox" || state?.active !== "failed") return undefined;
  const failure = directories.get(pod.metadata.uid)?.network?.failure;
  const why = failure === undefined ? `on the node, journalctl -u '${name}' says why` : `${OF_NETWORK}: ${failure}`;
  const message = `Failed to create pod sandbox: ${why}`;
  return { pod, type: "Warning", reason: "FailedCreatePodSandBox", message, occurrence: "" };
}

/** Returns the Event of `kuberuntime_manager.go: SyncPod`, v1.36, for a sandbox that ends to be made again. */
function sandboxChanged({ pod }: Runnable, { invocation = "" }: ActualUnit): PodEvent {
  const message = "Pod sandbox changed, it will be killed and re-created.";
  return { pod, type: "Normal", reason: "SandboxChanged", message, occurrence: invocation };
}

/** The words of containerd (`server/sandbox_run.go: RunPodSandbox`, v2). */
const OF_NETWORK = "failed to setup network for sandbox";

/**
 * Returns why a sandbox that is up has to end, and connect its pod again at its next start: a program has removed the namespace or the answer, or
 * the range of the bridge has changed. An answer without an address would be the same the next time.
 */
function lostNetwork(
  { pod, network }: Runnable,
  { identity, state }: ActualUnit,
  { directories }: World,
): string | undefined {
  const isConnected = state?.active === "active" && state.job === "";
  if (identity?.kind !== "sandbox" || !isConnected || network.isHost || network.addresses.length > 0) return undefined;
  const answer = directories.get(pod.metadata.uid)?.network;
  if (answer === undefined) return "the pod's network is gone";
  return answer.addresses.length === 0 ? undefined : "the pod's address is not in the ranges of the node";
}

/**
 * True when the pod no longer needs the unit. A unit stays while its container cannot be translated, because the needs
 * of that container are unknown.
 */
function isStale(unit: ActualUnit, { containers, auxiliaryUnits }: Runnable): boolean {
  if (!isAuxiliary(unit) || auxiliaryUnits.some(({ name }) => name === unit.name)) return false;
  const { container } = unit.identity ?? {};
  const kept = containers.filter((each) => each.unit === undefined);
  return container === "" ? kept.length === 0 : kept.every(({ name }) => name !== container);
}

function remove({ pod }: Runnable, unit: ActualUnit): Step[] {
  const { uid } = pod.metadata;
  const because = "the pod no longer needs it";
  // The next run removes the file, when the unit is inactive.
  if (!isIdle(unit)) return [{ kind: "stop-and-wait", uid, unit: unit.name, because }];
  return [{ kind: "remove-unit", uid, unit: unit.name, because }];
}

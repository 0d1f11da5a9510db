import { hasLongerProbe, helperGrace, isShorterThanRecord, unitStopTimeout } from "../../model/api/grace.ts";
import type { Lifecycle, LifecycleHandler } from "../../model/api/lifecycle.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import { hookCommandFile, startedMarker } from "../../model/paths.ts";
import type { DesiredFile } from "../../model/step.ts";
import type { ContainerKind, UnitLines, UnitName } from "../../model/unit.ts";
import { setLine } from "../../unitfile/launch.ts";
import { execLine } from "../../unitfile/quote.ts";
import { stopSignal } from "./stop-signal.ts";

export interface LifecycleInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly kind: ContainerKind;
  readonly unit: UnitName;
  readonly libDir: string;
  /** The stop signal of the image or of the package's unit. */
  readonly imageSignal?: string | undefined;
}

/** The longest back-off plus a margin. TimeoutStartSec= counts for each command of its own. */
const START_TIMEOUT_S = 330;

/** Returns the lines that run after the start. A postStart hook has no time limit but the end of the pod. */
export function startHookLines(input: LifecycleInput): UnitLines {
  const { pod, container, kind, unit, libDir } = input;
  const handler = container.lifecycle?.postStart;
  // With a startup probe the prober creates the marker.
  const touchesMarker = kind === "sidecar" && container.startupProbe === undefined;
  const markerLines: UnitLines = touchesMarker
    ? [["ExecStartPost", execLine(["/usr/bin/touch", startedMarker(pod.metadata.uid, container.name)], "+")]]
    : [];
  if (handler === undefined) return [...markerLines, ["TimeoutStartSec", String(START_TIMEOUT_S)]];
  const words = [unit, pod.metadata.uid, container.name, "post-start", ...hookWords(handler)];
  return [
    ["ExecStartPost", execLine([`${libDir}/container-hook`, ...words], "+")],
    ...markerLines,
    ["TimeoutStartSec", "infinity"],
  ];
}

/**
 * True for a container that container-stop ends: it has a preStop hook, it is a sidecar, which ends last, its grace
 * period is shorter than what container-exit needs, or a probe has a longer one.
 */
export function hasStopHelper({ pod, container, kind }: Pick<LifecycleInput, "pod" | "container" | "kind">): boolean {
  const hasOwnGrace = isShorterThanRecord(pod) || hasLongerProbe(pod, container);
  return container.lifecycle?.preStop !== undefined || kind === "sidecar" || hasOwnGrace;
}

/**
 * Returns the lines that stop the container. systemd would give the whole grace period to each step, and 30 s to a shorter
 * one, so one helper does all steps then. Otherwise systemd alone does the same without a process.
 */
export function stopLines(input: LifecycleInput): UnitLines {
  const { pod, container, unit, libDir } = input;
  const signal = stopSignal(container.lifecycle?.stopSignal ?? input.imageSignal ?? "");
  const hasHelper = hasStopHelper(input);
  const timeout = ["TimeoutStopSec", String(unitStopTimeout(pod, container, hasHelper))] as const;
  const handler = container.lifecycle?.preStop;
  const killLines: UnitLines = signal === undefined ? [] : [["KillSignal", signal]];
  // A sidecar stops last, within the rest of the pod's grace period.
  if (!hasHelper) return [...killLines, timeout];
  const grace = String(helperGrace(pod));
  const name = (signal ?? "SIGTERM").replace(/^SIG/, "");
  const words = [unit, pod.metadata.uid, container.name, grace, name, ...(handler ? hookWords(handler) : [])];
  return [...killLines, ["ExecStop", execLine([`${libDir}/container-stop`, ...words], "-+")], timeout];
}

/**
 * Returns the files with the words of a container's hooks. Words may be secret: everyone can read a unit file, and root alone
 * these.
 */
export function hookCommandFiles(container: string, lifecycle: Lifecycle | undefined): readonly DesiredFile[] {
  const hooks = [["post-start", lifecycle?.postStart] as const, ["pre-stop", lifecycle?.preStop] as const];
  return hooks.flatMap(([hook, handler]) =>
    handler?.exec === undefined
      ? []
      : [{ name: hookCommandFile(container, hook), text: setLine(handler.exec.command ?? []), uid: 0 }],
  );
}

/**
 * Returns the arguments of container-stop for a hook. The kubelet fails unknown handlers, such as tcpSocket
 * (`lifecycle/handlers.go: Run`, v1.36).
 */
function hookWords({ exec, httpGet, sleep }: LifecycleHandler): readonly string[] {
  if (exec !== undefined) return ["exec"];
  if (sleep !== undefined) return ["sleep", String(sleep.seconds)];
  return [httpGet === undefined ? "none" : "http"];
}

import { longestGrace, stopTimeout } from "../../model/api/grace.ts";
import type { LifecycleHandler } from "../../model/api/lifecycle.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import { startedMarker } from "../../model/paths.ts";
import type { ContainerKind, UnitLines, UnitName } from "../../model/unit.ts";
import { quoteWord } from "../../unitfile/quote.ts";
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

/** A grace period that came with a delete may be longer than the pod's: the helper that keeps it is not to be interrupted. */
const HOOK_TIMEOUT_S = 3600;

/** Longest back-off plus a margin: TimeoutStartSec= counts for each command by itself. */
const START_TIMEOUT_S = 330;

/** What is run when the container has started. As long as it takes: nobody limits it but the end of the pod. */
export function startHookLines(input: LifecycleInput): UnitLines {
  const { pod, container, kind, unit, libDir } = input;
  const handler = container.lifecycle?.postStart;
  // Where a startup probe says when it is up, the prober leaves that mark. The host's own /run may be hidden here.
  const touchesMarker = kind === "sidecar" && container.startupProbe === undefined;
  const markerLines: UnitLines = touchesMarker
    ? [["ExecStartPost", `+/usr/bin/touch /proc/1/root${startedMarker(pod.metadata.uid, container.name)}`]]
    : [];
  if (handler === undefined) return [...markerLines, ["TimeoutStartSec", String(START_TIMEOUT_S)]];
  const words = [unit, pod.metadata.uid, container.name, "post-start", ...hookWords(handler)];
  return [
    ["ExecStartPost", `+:${libDir}/container-hook ${words.map(quoteWord).join(" ")}`],
    ...markerLines,
    ["TimeoutStartSec", "infinity"],
  ];
}

/** True for a container that container-stop ends: it has a preStop hook, or it is a sidecar, which ends last. */
export function hasStopHelper({ container, kind }: Pick<LifecycleInput, "container" | "kind">): boolean {
  return container.lifecycle?.preStop !== undefined || kind === "sidecar";
}

/**
 * How the container is stopped. systemd would give the whole grace period to each step, so with a hook one helper does it
 * all; without one its own way is as good, and costs nothing.
 */
export function stopLines(input: LifecycleInput): UnitLines {
  const { pod, container, unit, libDir } = input;
  const signal = stopSignal(container.lifecycle?.stopSignal ?? input.imageSignal ?? "");
  const grace = Math.max(1, longestGrace(pod, container));
  const handler = container.lifecycle?.preStop;
  const killLines: UnitLines = signal === undefined ? [] : [["KillSignal", signal]];
  // A sidecar stops last, within what is left of the pod's time.
  if (!hasStopHelper(input)) return [...killLines, ["TimeoutStopSec", String(stopTimeout(pod, container))]];
  const name = (signal ?? "SIGTERM").replace(/^SIG/, "");
  const words = [unit, pod.metadata.uid, container.name, String(grace), name, ...(handler ? hookWords(handler) : [])];
  return [
    ...killLines,
    ["ExecStop", `-+:${libDir}/container-stop ${words.map(quoteWord).join(" ")}`],
    ["TimeoutStopSec", String(grace + HOOK_TIMEOUT_S)],
  ];
}

/** The kubelet fails what it does not know, such as tcpSocket. */
function hookWords({ exec, httpGet, sleep }: LifecycleHandler): readonly string[] {
  if (exec !== undefined) return ["exec", ...(exec.command ?? [])];
  if (sleep !== undefined) return ["sleep", String(sleep.seconds)];
  return [httpGet === undefined ? "none" : "http"];
}

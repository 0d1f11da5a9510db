import { longestGrace } from "../model/grace.ts";
import type { Container, LifecycleHandler, Pod } from "../model/pod.ts";
import type { UnitName } from "../model/unit.ts";
import { quoteWord } from "../unitfile/quote.ts";
import { stopSignal } from "./stop-signal.ts";

type Lines = readonly (readonly [string, string])[];

export interface LifecycleInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly unit: UnitName;
  readonly libDir: string;
  /** What the image says of it. */
  readonly imageSignal?: string | undefined;
}

/** A grace period that came with a delete may be longer than the pod's: the helper that keeps it is not to be interrupted. */
const PATIENCE = 3600;

/** Longest back-off plus a margin: TimeoutStartSec= counts for each command by itself. */
const START_TIMEOUT = 330;

/** What is run when the container has started. As long as it takes: nobody limits it but the end of the pod. */
export function startHookLines({ pod, container, unit, libDir }: LifecycleInput): Lines {
  const handler = container.lifecycle?.postStart;
  if (handler === undefined) return [["TimeoutStartSec", String(START_TIMEOUT)]];
  const words = [unit, pod.metadata.uid, container.name, "post-start", ...hookWords(handler)];
  return [
    ["ExecStartPost", `+:${libDir}/container-hook ${words.map(quoteWord).join(" ")}`],
    ["TimeoutStartSec", "infinity"],
  ];
}

/**
 * How the container is stopped. systemd would give the whole grace period to each step, so with a hook one helper does it
 * all; without one its own way is as good, and costs nothing.
 */
export function stopLines(input: LifecycleInput): Lines {
  const { pod, container, unit, libDir } = input;
  const signal = stopSignal(container.lifecycle?.stopSignal ?? input.imageSignal ?? "");
  const grace = Math.max(1, longestGrace(pod, container));
  const handler = container.lifecycle?.preStop;
  const kill: Lines = signal === undefined ? [] : [["KillSignal", signal]];
  if (handler === undefined) return [...kill, ["TimeoutStopSec", String(grace)]];
  const name = (signal ?? "SIGTERM").replace(/^SIG/, "");
  const words = [unit, pod.metadata.uid, container.name, String(grace), name, ...hookWords(handler)];
  return [
    ...kill,
    ["ExecStop", `-+:${libDir}/container-stop ${words.map(quoteWord).join(" ")}`],
    ["TimeoutStopSec", String(grace + PATIENCE)],
  ];
}

/** The kubelet fails what it does not know, such as tcpSocket. */
function hookWords({ exec, httpGet, sleep }: LifecycleHandler): readonly string[] {
  if (exec !== undefined) return ["exec", ...(exec.command ?? [])];
  if (sleep !== undefined) return ["sleep", String(sleep.seconds)];
  return [httpGet === undefined ? "none" : "http"];
}

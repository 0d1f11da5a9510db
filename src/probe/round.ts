import { exists, writeAtomic } from "../io/files.ts";
import { readProbeResult, writeProbeResult } from "../io/pods/probe-files.ts";
import { requestSync } from "../io/systemd/sync-trigger.ts";
import { podRunDir, startedMarker } from "../model/paths.ts";
import { runCheck } from "./check.ts";
import { endContainer } from "./end-container.ts";
import {
  crossesThreshold,
  initialState,
  isDue,
  nextState,
  type Outcome,
  type ProbeState,
  resumeState,
  withContainerEnd,
} from "./probe-state.ts";
import { readProbeStates, writeProbeStates } from "./state-file.ts";
import { type ProbeTarget, probeTargets } from "./targets.ts";

/**
 * The number of checks at a time. More commands would exceed their timeouts, because each is a process and most have one
 * second.
 */
const MAX_CONCURRENT = { exec: 8, other: 100 };

/**
 * One execution of all due probes of a period (seconds). A slow probe does not delay the others, which follow their own
 * times.
 */
export class ProbeRound {
  readonly #period: number;
  readonly #libDir: string;
  readonly #states: Map<string, ProbeState>;
  readonly #busy = new Map<string, ProbeTarget>();
  #waiting: ProbeTarget[] = [];
  #finished: () => void = () => undefined;

  constructor(period: number, libDir: string) {
    this.#period = period;
    this.#libDir = libDir;
    this.#states = readProbeStates(period);
  }

  async run(): Promise<void> {
    const done = new Promise<void>((resolve) => {
      this.#finished = resolve;
    });
    this.#queueDue();
    const ticks = setInterval(() => this.#queueDue(), this.#period * 1000);
    await done;
    clearInterval(ticks);
  }

  #queueDue(): void {
    const now = Date.now();
    const all = probeTargets(this.#period);
    const queued = new Set(this.#waiting.map(({ key }) => key));
    for (const target of all) {
      const before = this.#states.get(target.key);
      const isSame = before?.invocation === target.invocation;
      const state = before && isSame ? before : this.#resume(target, before);
      if (this.#busy.has(target.key) || queued.has(target.key)) continue;
      if (isDue(state, target.probe, target.startedAt, now)) this.#waiting.push(target);
      this.#states.set(target.key, state);
    }
    this.#removeGone(all);
    this.#startQueued();
  }

  #resume({ uid, container, type, invocation }: ProbeTarget, before: ProbeState | undefined): ProbeState {
    return resumeState(type, initialState(type, invocation, before), readProbeResult(uid, container, type));
  }

  /** Removes the states of pods that are gone. A container that does not run at present keeps its counts. */
  #removeGone(all: readonly ProbeTarget[]): void {
    const keys = new Set(all.map(({ key }) => key));
    for (const key of this.#states.keys()) {
      const [uid = "", container = ""] = key.split("/");
      if (!keys.has(key) && !exists(`${podRunDir(uid)}/${container}.probes`)) this.#states.delete(key);
    }
  }

  #startQueued(): void {
    const isExec = ({ probe }: ProbeTarget) => probe.check.type === "exec";
    for (const target of this.#waiting) {
      const same = [...this.#busy.values()].filter((each) => isExec(each) === isExec(target));
      if (same.length < (isExec(target) ? MAX_CONCURRENT.exec : MAX_CONCURRENT.other)) void this.#check(target);
    }
    this.#waiting = this.#waiting.filter(({ key }) => !this.#busy.has(key));
    if (this.#busy.size > 0) return;
    writeProbeStates(this.#period, this.#states);
    this.#finished();
  }

  async #check(target: ProbeTarget): Promise<void> {
    this.#busy.set(target.key, target);
    const at = Date.now();
    const outcome = await runCheck(target.probe, target, this.#libDir);
    if (outcome !== undefined) await this.#recordOutcome(target, outcome, at);
    this.#busy.delete(target.key);
    this.#startQueued();
  }

  async #recordOutcome(target: ProbeTarget, outcome: Outcome, at: number): Promise<void> {
    const { uid, container, type, probe } = target;
    const before = this.#states.get(target.key) ?? initialState(type, target.invocation, undefined);
    const { state, result } = nextState({ ...before, at }, { type, probe }, outcome, Date.now());
    this.#states.set(target.key, state);
    if (result === undefined || !exists(podRunDir(uid))) return;
    writeProbeResult(uid, container, type, withContainerEnd(result, readProbeResult(uid, container, type)));
    // The containers after a sidecar start when this file exists.
    if (type === "startup" && result.success) writeAtomic(startedMarker(uid, container), "", 0o600);
    if (crossesThreshold(before, state)) requestSync();
    if (result.ended && !exists(`${podRunDir(uid)}/stopping`)) await endContainer(target);
    // A slow probe can delay the end of the round, so the states are written here too, after a failed container was ended.
    writeProbeStates(this.#period, this.#states);
  }
}

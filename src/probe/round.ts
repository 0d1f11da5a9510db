import { exists, writeAtomic } from "../io/files.ts";
import { readProbeResult, writeProbeResult } from "../io/pods/probe-files.ts";
import { requestSync } from "../io/systemd/sync-trigger.ts";
import { podRunDir, startedMarker } from "../model/paths.ts";
import { runCheck } from "./check.ts";
import { endContainer } from "./end-container.ts";
import { readProbeStates, writeProbeStates } from "./memory.ts";
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
import { type ProbeTarget, probeTargets } from "./targets.ts";

/** More at a time would make each other late: a command is a process, and its timeout is often a second. */
const MAX_CONCURRENT = { exec: 8, other: 100 };

/** Makes all probes of one period that are due. One that is slow keeps nobody waiting: others go on at their time meanwhile. */
export class ProbeRound {
  readonly #period: number;
  readonly #libDir: string;
  readonly #courses: Map<string, ProbeState>;
  readonly #busy = new Map<string, ProbeTarget>();
  #waiting: ProbeTarget[] = [];
  #finished: () => void = () => undefined;

  constructor(period: number, libDir: string) {
    this.#period = period;
    this.#libDir = libDir;
    this.#courses = readProbeStates(period);
  }

  async run(): Promise<void> {
    const done = new Promise<void>((resolve) => {
      this.#finished = resolve;
    });
    this.#begin();
    const ticks = setInterval(() => this.#begin(), this.#period * 1000);
    await done;
    clearInterval(ticks);
  }

  #begin(): void {
    const now = Date.now();
    const all = probeTargets(this.#period);
    const queued = new Set(this.#waiting.map(({ key }) => key));
    for (const target of all) {
      const before = this.#courses.get(target.key);
      const isSame = before?.invocation === target.invocation;
      const course = before && isSame ? before : this.#first(target, before);
      if (this.#busy.has(target.key) || queued.has(target.key)) continue;
      if (isDue(course, target.probe, target.startedAt, now)) this.#waiting.push(target);
      this.#courses.set(target.key, course);
    }
    this.#forget(all);
    this.#next();
  }

  #first({ uid, container, type, invocation }: ProbeTarget, before: ProbeState | undefined): ProbeState {
    return resumeState(type, initialState(type, invocation, before), readProbeResult(uid, container, type));
  }

  /** Of pods that are gone; a container that is down now keeps its counts. */
  #forget(all: readonly ProbeTarget[]): void {
    const known = new Set(all.map(({ key }) => key));
    for (const key of this.#courses.keys()) {
      const [uid = "", container = ""] = key.split("/");
      if (!known.has(key) && !exists(`${podRunDir(uid)}/${container}.probes`)) this.#courses.delete(key);
    }
  }

  #next(): void {
    const isExec = ({ probe }: ProbeTarget) => probe.check.type === "exec";
    for (const target of this.#waiting) {
      const same = [...this.#busy.values()].filter((each) => isExec(each) === isExec(target));
      if (same.length < (isExec(target) ? MAX_CONCURRENT.exec : MAX_CONCURRENT.other)) void this.#look(target);
    }
    this.#waiting = this.#waiting.filter(({ key }) => !this.#busy.has(key));
    if (this.#busy.size > 0) return;
    writeProbeStates(this.#period, this.#courses);
    this.#finished();
  }

  async #look(target: ProbeTarget): Promise<void> {
    this.#busy.set(target.key, target);
    const at = Date.now();
    const outcome = await runCheck(target.probe, target, this.#libDir);
    if (outcome !== undefined) await this.#conclude(target, outcome, at);
    this.#busy.delete(target.key);
    this.#next();
  }

  async #conclude(target: ProbeTarget, outcome: Outcome, at: number): Promise<void> {
    const { uid, container, type, probe } = target;
    const before = this.#courses.get(target.key) ?? initialState(type, target.invocation, undefined);
    const { course, news } = nextState({ ...before, at }, type, probe, outcome, Date.now());
    this.#courses.set(target.key, course);
    if (news === undefined || !exists(podRunDir(uid))) return;
    writeProbeResult(uid, container, type, withContainerEnd(news, readProbeResult(uid, container, type)));
    // What waits for a sidecar waits for this.
    if (type === "startup" && news.success) writeAtomic(startedMarker(uid, container), "", 0o600);
    if (crossesThreshold(before, course)) requestSync();
    if (news.ended && !exists(`${podRunDir(uid)}/stopping`)) await endContainer(target);
    // Not only at the end, which a slow probe can put off for long. Not before the container is ended: it must be.
    writeProbeStates(this.#period, this.#courses);
  }
}

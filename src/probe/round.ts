import { ringDoorbell } from "../io/systemd/sync-trigger.ts";
import { isThere, writeWhole } from "../io/files.ts";
import { readProbeResult, writeProbeResult } from "../io/pods/probe-files.ts";
import { podVolatile, upMarker } from "../model/paths.ts";
import { look } from "./check.ts";
import { advance, begin, type Course, isDue, isUrgent, type Outcome, resume, withEnd } from "./probe-state.ts";
import { endContainer } from "./end-container.ts";
import { keepCourses, readCourses } from "./memory.ts";
import { type Target, targets } from "./targets.ts";

/** More at a time would make each other late: a command is a process, and its timeout is often a second. */
const AT_ONCE = { exec: 8, other: 100 };

/** Makes all probes of one period that are due. One that is slow keeps nobody waiting: others go on at their time meanwhile. */
export class Round {
  readonly #period: number;
  readonly #libDir: string;
  readonly #courses: Map<string, Course>;
  readonly #busy = new Map<string, Target>();
  #waiting: Target[] = [];
  #finished: () => void = () => undefined;

  constructor(period: number, libDir: string) {
    this.#period = period;
    this.#libDir = libDir;
    this.#courses = readCourses(period);
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
    const all = targets(this.#period);
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

  #first({ uid, container, type, invocation }: Target, before: Course | undefined): Course {
    return resume(type, begin(type, invocation, before), readProbeResult(uid, container, type));
  }

  /** Of pods that are gone; a container that is down now keeps its counts. */
  #forget(all: readonly Target[]): void {
    const known = new Set(all.map(({ key }) => key));
    for (const key of this.#courses.keys()) {
      const [uid = "", container = ""] = key.split("/");
      if (!known.has(key) && !isThere(`${podVolatile(uid)}/${container}.probes`)) this.#courses.delete(key);
    }
  }

  #next(): void {
    const isExec = ({ probe }: Target) => probe.check.type === "exec";
    for (const target of this.#waiting) {
      const same = [...this.#busy.values()].filter((each) => isExec(each) === isExec(target));
      if (same.length < (isExec(target) ? AT_ONCE.exec : AT_ONCE.other)) void this.#look(target);
    }
    this.#waiting = this.#waiting.filter(({ key }) => !this.#busy.has(key));
    if (this.#busy.size > 0) return;
    keepCourses(this.#period, this.#courses);
    this.#finished();
  }

  async #look(target: Target): Promise<void> {
    this.#busy.set(target.key, target);
    const at = Date.now();
    const outcome = await look(target.probe, target, this.#libDir);
    if (outcome !== undefined) await this.#conclude(target, outcome, at);
    this.#busy.delete(target.key);
    this.#next();
  }

  async #conclude(target: Target, outcome: Outcome, at: number): Promise<void> {
    const { uid, container, type, probe } = target;
    const before = this.#courses.get(target.key) ?? begin(type, target.invocation, undefined);
    const { course, news } = advance({ ...before, at }, type, probe, outcome, Date.now());
    this.#courses.set(target.key, course);
    if (news === undefined || !isThere(podVolatile(uid))) return;
    writeProbeResult(uid, container, type, withEnd(news, readProbeResult(uid, container, type)));
    // What waits for a sidecar waits for this.
    if (type === "startup" && news.success) writeWhole(upMarker(uid, container), "", 0o600);
    if (isUrgent(before, course)) ringDoorbell();
    if (news.ended && !isThere(`${podVolatile(uid)}/stopping`)) await endContainer(target);
    // Not only at the end, which a slow probe can put off for long. Not before the container is ended: it must be.
    keepCourses(this.#period, this.#courses);
  }
}

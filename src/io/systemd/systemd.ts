import { constants } from "node:os";
import type { Instant } from "../../model/api/time.ts";
import type { CgroupLimits } from "../../model/host/cgroup-limits.ts";
import type { StartFailure } from "../../model/start-failure.ts";
import type { UnitName, UnitState } from "../../model/unit.ts";
import { Bus, BusError, ignoreGone, NO_SUCH_UNIT } from "./bus.ts";
import { readHostUnits } from "./host-units.ts";
import { readStartFailure } from "./start-failure.ts";
import { emptySlice, limitProperties, transientRun } from "./transient-run.ts";

const MANAGER = { path: "/org/freedesktop/systemd1", interface: "org.freedesktop.systemd1.Manager" } as const;

/** A new job replaces a conflicting queued one (systemctl(1), --job-mode). */
const JOB_MODE = "replace";

/** The states of units by name. */
export type Listing = ReadonlyMap<string, UnitState>;

/** systemd's manager, over the system bus. All methods throw BusError. */
export class Systemd {
  readonly #bus: Bus;
  readonly #jobs = new Map<string, UnitName>();
  /** Results of ended jobs, such as "done" or "failed". */
  readonly #endedJobs = new Map<string, string>();
  #reloaded: Promise<void> | undefined;
  /** The requests for timers by name: a burst of deletions has one time for many pods. */
  readonly #scheduled = new Map<string, Promise<unknown>>();
  #watchesJobs = false;
  #wake: () => void = () => undefined;

  private constructor(bus: Bus) {
    this.#bus = bus;
  }

  static async connect(): Promise<Systemd> {
    return new Systemd(await Bus.connect());
  }

  async list(patterns: readonly string[]): Promise<Listing> {
    const [units] = await this.#manager("ListUnitsByPatterns", "asas", [[], patterns]);
    const rows = units as [string, string, string, string, string, string, string, number, string, string][];
    return new Map(
      rows.map(([name, , load, active, sub, , , , job]) => [name, { load, active, sub, job } as UnitState]),
    );
  }

  hostUnits = (names: readonly string[]) => readHostUnits(this.#bus, names);

  async version(): Promise<string> {
    return String(await this.#bus.property(MANAGER.path, MANAGER.interface, "Version"));
  }

  /** Subscribes to the ends of jobs, once. Must be called before the first job that `waitForJobs` waits for. */
  async watchJobs(): Promise<void> {
    if (this.#watchesJobs) return;
    this.#watchesJobs = true;
    this.#bus.onSignal((member, body) => {
      if (member !== "JobRemoved") return;
      this.#endedJobs.set(String(body[1]), String(body[3]));
      this.#wake();
    });
    const match =
      "type='signal',sender='org.freedesktop.systemd1',interface='org.freedesktop.systemd1.Manager',member='JobRemoved'";
    await this.#bus.addMatch(match);
    await this.#manager("Subscribe");
  }

  /** Queues the job and returns; `waitForJobs` waits for it. */
  async start(unit: UnitName): Promise<void> {
    const job = await this.#startUnit(unit).catch(async (error: BusError) => {
      if (error.type !== NO_SUCH_UNIT) throw error;
      // With coarse timestamps of the file system, systemd overlooks a file that is a few milliseconds old.
      this.#reloaded ??= this.reload();
      await this.#reloaded;
      return await this.#startUnit(unit);
    });
    this.#jobs.set(job, unit);
  }

  /** Returns the start job. Without the reference systemd forgets a unit that has failed, and with it the reason. */
  async #startUnit(unit: UnitName): Promise<string> {
    const start = this.#manager("StartUnit", "ss", [unit, JOB_MODE]);
    const reference = ignoreGone(this.#manager("RefUnit", "s", [unit]));
    const [[job]] = await Promise.all([start, reference]);
    return String(job);
  }

  async restart(unit: UnitName): Promise<void> {
    const [job] = await this.#manager("RestartUnit", "ss", [unit, JOB_MODE]);
    this.#jobs.set(String(job), unit);
  }

  async stop(unit: UnitName): Promise<void> {
    await ignoreGone(this.#manager("StopUnit", "ss", [unit, JOB_MODE]));
  }

  /** Queues a stop that `waitForJobs` waits for. */
  async stopAndWait(unit: UnitName): Promise<void> {
    const stopped = this.#manager("StopUnit", "ss", [unit, JOB_MODE]).then(([job]) =>
      this.#jobs.set(String(job), unit),
    );
    await ignoreGone(stopped);
  }

  /** Kills the main process, or the whole cgroup, which would prevent the exit record of a container (systemd 257 and later). */
  async kill(unit: UnitName, whom: "main" | "all"): Promise<void> {
    await ignoreGone(this.#manager("KillUnit", "ssi", [unit, whom, 9]));
  }

  /** Sends a signal to the main process alone. `name` has no SIG, as in "HUP". */
  async signal(unit: UnitName, name: string): Promise<void> {
    const number = constants.signals[`SIG${name}` as NodeJS.Signals];
    await ignoreGone(this.#manager("KillUnit", "ssi", [unit, "main", number]));
  }

  async reload(): Promise<void> {
    await this.#manager("Reload");
  }

  async resetFailed(unit: string): Promise<void> {
    await ignoreGone(this.#manager("ResetFailedUnit", "s", [unit]));
  }

  /** Starts or stops one of the agent's own units. */
  async set(unit: string, running: boolean): Promise<void> {
    await this.#manager(running ? "StartUnit" : "StopUnit", "ss", [unit, JOB_MODE]);
  }

  /** Starts a unit without processes at once, without waiting for the jobs of its dependencies. */
  async activate(unit: string): Promise<void> {
    await this.#manager("StartUnit", "ss", [unit, "ignore-dependencies"]);
  }

  /** Sets limits of a slice until the next boot; without `limits`, writes those of all units in and above it again. */
  async applyLimits(slice: UnitName, limits?: CgroupLimits): Promise<void> {
    if (limits) await this.#manager("SetUnitProperties", "sba(sv)", [slice, true, limitProperties(limits)]);
    const job = limits ? undefined : await this.startTransient(emptySlice(slice));
    if (job !== undefined) this.#jobs.set(String(job), slice);
  }

  /**
   * Requests a run at that time, by a transient timer. Setting a timer of the same name again changes nothing. Each timer
   * costs systemd two units and a process, so what is due at the same time has the same name.
   */
  async scheduleRun(name: string, at: Instant): Promise<void> {
    const known = this.#scheduled.get(name) ?? this.startTransient(transientRun(name, Math.max(1, at - Date.now())));
    this.#scheduled.set(name, known);
    await known;
  }

  /** Starts a transient unit; one of its name that exists does the same. */
  async startTransient([signature, body]: readonly [string, unknown[]]): Promise<unknown> {
    try {
      return (await this.#manager("StartTransientUnit", signature, body))[0];
    } catch (error) {
      if (!(error instanceof BusError && error.type === "org.freedesktop.systemd1.UnitExists")) throw error;
    }
  }

  /**
   * Waits until the queued jobs have ended, with any result, or `timeout` ms have passed, or no job has ended for `quiet` ms.
   * The start job of an init container lasts as long as the container. With `units`, only their jobs count. Returns false when
   * some are left.
   */
  async waitForJobs(timeout: number, quiet: number, units?: ReadonlySet<UnitName>): Promise<boolean> {
    const deadline = Date.now() + timeout;
    let quietUntil = Date.now() + quiet;
    for (let left = this.#pendingJobs(units); left > 0; ) {
      const time = Math.min(deadline, quietUntil) - Date.now();
      if (time <= 0) return false;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = setTimeout(resolve, time);
      await promise;
      clearTimeout(timer);
      const before = left;
      left = this.#pendingJobs(units);
      if (left < before) quietUntil = Date.now() + quiet;
    }
    return true;
  }

  /** Returns the units whose start by this connection has failed, because that of a unit that they require has. */
  blockedStarts(): UnitName[] {
    return [...this.#jobs].flatMap(([job, unit]) => (this.#endedJobs.get(job) === "dependency" ? [unit] : []));
  }

  /** Returns why starts have failed: services started by this connection, and the last one of each of these. */
  async startFailures(units: readonly UnitName[]): Promise<StartFailure[]> {
    const failed = [...this.#jobs].flatMap(([job, unit]) => (this.#endedJobs.get(job) === "failed" ? [unit] : []));
    const services = [...new Set([...failed, ...units])].filter((unit) => unit.endsWith(".service"));
    const all = await Promise.all(services.map((unit) => readStartFailure(this.#bus, unit)));
    return all.filter((failure) => failure !== undefined);
  }

  #pendingJobs(units?: ReadonlySet<UnitName>): number {
    return [...this.#jobs].filter(([job, unit]) => !this.#endedJobs.has(job) && (units?.has(unit) ?? true)).length;
  }

  close(): void {
    this.#bus.close();
  }

  #manager(member: string, signature?: string, body?: unknown[]): Promise<unknown[]> {
    return this.#bus.call({ ...MANAGER, member, ...(signature ? { signature, body: body ?? [] } : {}) });
  }
}

import { parseManifest } from "../../src/config/manifest.ts";
import type { CronJob } from "../../src/model/api/cron-job.ts";
import type { Instant } from "../../src/model/api/time.ts";
import type { CronJobEvent, CronJobState, CronTimer } from "../../src/model/cron-job-state.ts";
import type { JobEnd, WorkloadState } from "../../src/model/workload-state.ts";
import { reconcileCronJobs } from "../../src/workloads/cron-jobs.ts";
import { NOW, type Tree } from "./base.ts";

/** Returns the document of a CronJob called tick, whose pods have a network of their own. */
export function cronDocument(spec: Tree = {}, jobSpec: Tree = {}, pod: Tree = {}): Tree {
  const container = { name: "main", image: "host", command: ["true"] };
  const template = { spec: { hostNetwork: false, restartPolicy: "Never", containers: [container], ...pod } };
  const jobTemplate = { spec: { template, ...jobSpec } };
  const metadata = { name: "tick" };
  return { apiVersion: "batch/v1", kind: "CronJob", metadata, spec: { schedule: "0 * * * *", jobTemplate, ...spec } };
}

/** Returns the CronJob of a document. */
export function parsedCronJob(written: Tree): CronJob {
  const object = parseManifest(written, "edge");
  if (!("cronJob" in object)) throw new Error("is no CronJob");
  return object.cronJob;
}

/** A host in UTC with the CronJobs of a directory, whose Jobs end when a test says so. */
export class CronHost {
  now: Instant = NOW;
  states: readonly CronJobState[] = [];
  timers: readonly CronTimer[] = [];
  dueAt: Instant | undefined;
  removed: ReadonlySet<string> = new Set();
  taken: ReadonlySet<string> = new Set();
  zones: ReadonlySet<string> = new Set(["UTC", "Europe/Berlin"]);
  #ends = new Map<string, JobEnd>();
  #events: CronJobEvent[] = [];

  /** Lets one run decide. */
  run(cronJobs: readonly CronJob[], complete = true): this {
    const workloadStates = this.#jobs();
    const { states, now, taken, zones } = this;
    const result = reconcileCronJobs({
      cronJobs,
      states,
      workloadStates,
      taken,
      complete,
      now,
      hostZone: "UTC",
      zones,
    });
    this.states = result.states;
    this.timers = result.timers;
    this.dueAt = result.dueAt;
    this.removed = result.removed;
    this.#events.push(...result.events);
    return this;
  }

  /** Names of the Jobs, with the ends of those that have ended. */
  get jobs(): readonly string[] {
    const names = this.states.flatMap((state) => state.jobs.map(({ metadata }) => metadata.name));
    return names.map((name) => [name, this.#ends.get(name)?.type].filter(Boolean).join(" "));
  }

  /** The reasons of the events since the last look. */
  get reasons(): readonly string[] {
    return this.#events.splice(0).map(({ reason }) => reason);
  }

  after(seconds: number): this {
    this.now += seconds * 1000;
    return this;
  }

  /** Ends all Jobs that have not ended. */
  end(type: JobEnd["type"] = "Complete"): this {
    for (const { metadata } of this.states.flatMap(({ jobs }) => jobs))
      if (!this.#ends.has(metadata.name)) this.#ends.set(metadata.name, { type, at: this.now });
    return this;
  }

  #jobs(): readonly WorkloadState[] {
    return this.states.flatMap(({ jobs }) =>
      jobs.map(({ kind, metadata, template }) => {
        const end = this.#ends.get(metadata.name);
        const job = { succeeded: 0, failed: 0, ...(end && { end }) };
        return { kind, ...metadata, templateHash: template.hash, wanted: 1, pods: [], job };
      }),
    );
  }
}

/** The name of the Job of a time. */
export const jobAt = (time: string) => `tick-${Date.parse(time) / 60_000}`;

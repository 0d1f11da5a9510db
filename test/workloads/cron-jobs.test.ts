import { expect, test } from "vitest";
import type { WorkloadState } from "../../src/model/workload-state.ts";
import { reconcileCronJobs } from "../../src/workloads/cron-jobs.ts";
import { CronHost, cronDocument, jobAt, parsedCronJob } from "./cron-base.ts";

const HOURLY = parsedCronJob(cronDocument());

/** A host whose CronJob has made a Job at 13:00. */
const started = () => new CronHost().run([HOURLY]).after(3600).run([HOURLY]);

function remembered(name: string, uid: string): WorkloadState {
  return { kind: "Job", namespace: "default", name, uid, templateHash: "", wanted: 1, pods: [] };
}

test("what is left of a Job that an earlier run has removed goes, also while the directory has a mistake", () => {
  const { states, now, zones } = started();
  const [{ metadata: job } = { metadata: { name: "", uid: "" } }] = states.flatMap(({ jobs }) => jobs);
  const { removed } = reconcileCronJobs({
    cronJobs: [HOURLY],
    states: states.map((state) => ({ ...state, jobs: [], active: [] })),
    workloadStates: [remembered(job.name, job.uid), remembered("tick-1", "of a manifest")],
    complete: false,
    taken: new Set(),
    now,
    hostZone: "UTC",
    zones,
  });
  expect([...removed]).toEqual([`default/${jobAt("2026-03-01T13:00Z")}`]);
});

test.each(["Allow", "Forbid", "Replace"])("a clock that was wrong for a while adds no Job: %s", (policy) => {
  const cronJob = parsedCronJob(cronDocument({ concurrencyPolicy: policy }));
  const host = new CronHost().run([cronJob]).after(3600).run([cronJob]).after(60);
  const before = host.jobs;
  expect(host.reasons).toEqual(["SuccessfulCreate"]);
  host.after(-86_400).run([cronJob]).after(86_400).run([cronJob]);
  expect([host.jobs, host.reasons]).toEqual([before, []]);
});

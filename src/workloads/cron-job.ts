import type { CronJob } from "../model/api/cron-job.ts";
import { namespacedName } from "../model/api/namespaced-name.ts";
import { type Instant, toTimestamp } from "../model/api/time.ts";
import type { Job } from "../model/api/workload.ts";
import { parseSchedule } from "../model/cron/parse-schedule.ts";
import type { Schedule } from "../model/cron/schedule.ts";
import { type TimeZone, timeZone } from "../model/cron/time-zone.ts";
import type { CronJobEvent, CronJobState, CronTimer } from "../model/cron-job-state.ts";
import type { WorkloadState } from "../model/workload-state.ts";
import { digest } from "../unitfile/hash.ts";
import { calendarOf, timerOf } from "./cron/calendar.ts";
import { type Tell, withoutOldJobs } from "./cron/history.ts";
import { type Missed, missedTime } from "./cron/missed-time.ts";
import { nextTime } from "./cron/next-time.ts";
import { hostPorts } from "./host-ports.ts";

const MINUTE = 60_000;

export interface CronJobMoment {
  readonly now: Instant;
  /** What the host remembers of the Jobs of the CronJob's namespace, by name. */
  readonly jobStates: ReadonlyMap<string, WorkloadState>;
  /** The names of Jobs of this namespace that the directory has itself. */
  readonly taken: ReadonlySet<string>;
  /** The time zone of the host. */
  readonly hostZone: string;
  /** The time zones that systemd of this host knows. */
  readonly zones: ReadonlySet<string>;
}

export interface CronJobOutcome {
  readonly state: CronJobState;
  readonly events: readonly CronJobEvent[];
  /** Undefined: it is suspended, or has no time any more. */
  readonly timer?: CronTimer;
  /** When the next Job is due; undefined: never. */
  readonly dueAt?: Instant;
}

/**
 * Decides for a CronJob (`cronjob/cronjob_controllerv2.go: sync`, v1.36): which Jobs it has from now on, and when its timer elapses.
 * Times that are in the future are from before the clock was set back.
 */
export function reconcileCronJob(
  cronJob: CronJob,
  before: CronJobState | undefined,
  moment: CronJobMoment,
): CronJobOutcome {
  const zone = timeZone(cronJob.timeZone ?? moment.hostZone) ?? UTC;
  const events: CronJobEvent[] = [];
  const tell: Tell = (type, reason, message) =>
    events.push({ cronJob: namespacedName(cronJob.metadata), type, reason, message });
  const state = withoutOldJobs(cronJob, begun(cronJob, before, zone, moment.now), { ...moment, tell });
  const parsed = parseSchedule(cronJob.schedule);
  if (cronJob.suspend || !parsed.ok) return { state, events };
  const times = { schedule: parsed.schedule, zone };
  const started = withDueJob(cronJob, state, { ...moment, ...times, tell });
  const calendar = calendarOf({ schedule: parsed.schedule, text: cronJob.schedule }, zone, {
    ...{ before: before?.calendar, zones: moment.zones, now: moment.now },
  });
  const dueAt = nextStart(times, started, moment.now);
  const timer = timerOf(started, calendar, dueAt);
  const problem = started.problem ?? (dueAt === undefined ? NEVER : undefined);
  return {
    state: { ...started, calendar, ...(problem !== undefined && { problem }) },
    ...{ events, ...(timer && { timer }), ...(dueAt !== undefined && { dueAt }) },
  };
}

interface Times {
  readonly schedule: Schedule;
  readonly zone: TimeZone;
}

const UTC: TimeZone = { name: "UTC", offsetAt: () => 0 };

const NEVER = "spec.schedule: InvalidSchedule: no date within 5 years matches: correct the schedule";

/** Returns the state with which the decision begins. Times before another schedule was written do not count. */
function begun(
  cronJob: CronJob,
  before: CronJobState | undefined,
  { name: zone }: TimeZone,
  now: Instant,
): CronJobState {
  const { metadata, schedule, suspend } = cronJob;
  const own = before?.uid === metadata.uid ? before : undefined;
  const isSame = own?.schedule === schedule && own.timeZone === zone;
  const { jobs = [], active = [], lastScheduleTime: last, told } = own ?? {};
  return {
    ...metadata,
    ...{ schedule, timeZone: zone, suspend, jobs, active },
    since: isSame ? Math.min(own.since, now) : now,
    ...(last !== undefined && { lastScheduleTime: Math.min(last, now) }),
    ...(told !== undefined && { told }),
  };
}

type Start = CronJobMoment & Times & { readonly tell: Tell };

/** Returns the state with the Job that is due (`syncCronJob`, v1.36). */
function withDueJob(cronJob: CronJob, state: CronJobState, start: Start): CronJobState {
  const { schedule, zone, now, tell } = start;
  const from = Math.max(state.since, state.lastScheduleTime ?? 0);
  const missed = missedTime(schedule, zone, from, now);
  if (missed === undefined || isSameMinute(missed.at, state.lastScheduleTime)) return state;
  const name = jobName(cronJob, missed.at);
  // The clock was set back for a while.
  if (state.jobs.some(({ metadata }) => metadata.name === name)) return { ...state, lastScheduleTime: missed.at };
  const refusal = refusalOf(cronJob, state, missed, now);
  if (refusal !== undefined) {
    if (state.told !== missed.at) tell(...refusal);
    return { ...state, told: missed.at };
  }
  if (start.taken.has(name))
    return { ...state, problem: `metadata.name: another manifest has a Job ${name}: rename one of them` };
  if (missed.isMany && state.told !== missed.at) tell("Warning", "TooManyMissedTimes", TOO_MANY);
  const replaced = cronJob.concurrencyPolicy === "Replace" ? state.active : [];
  for (const each of replaced) tell("Normal", "SuccessfulDelete", `Deleted job ${each}`);
  const jobs = state.jobs.filter(({ metadata }) => !replaced.includes(metadata.name));
  const active = state.active.filter((each) => !replaced.includes(each));
  if (isBlocked(cronJob, start)) return { ...state, jobs, active, told: missed.at, problem: BLOCKED };
  tell("Normal", "SuccessfulCreate", `Created job ${name}`);
  const { told: _, ...rest } = state;
  return { ...rest, jobs: [...jobs, jobOf(cronJob, name)], active: [...active, name], lastScheduleTime: missed.at };
}

const TOO_MANY =
  "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check the clock of the host";
const BLOCKED = "spec.jobTemplate: one host has each port once, so the next Job waits for the pods of the earlier ones";

/** Returns why no Job starts for a time, in the words of the controller; undefined when one does. */
function refusalOf(
  { startingDeadlineSeconds = Number.POSITIVE_INFINITY, concurrencyPolicy }: CronJob,
  { active }: CronJobState,
  { at }: Missed,
  now: Instant,
): Parameters<Tell> | undefined {
  if (at + startingDeadlineSeconds * 1000 < now)
    return ["Warning", "MissSchedule", `Missed scheduled time to start a job: ${toTimestamp(at)}`];
  if (concurrencyPolicy !== "Forbid" || active.length === 0) return undefined;
  const message = "Not starting job because prior execution is running and concurrency policy is Forbid";
  return ["Normal", "JobAlreadyActive", message];
}

/** In a cluster the scheduler lets a pod wait for the port of another one. */
function isBlocked({ metadata, jobTemplate }: CronJob, { jobStates }: CronJobMoment): boolean {
  if (hostPorts(jobTemplate.template.spec).size === 0) return false;
  const isOwn = (name: string) =>
    name.startsWith(`${metadata.name}-`) && /^\d+$/.test(name.slice(metadata.name.length + 1));
  return [...jobStates.values()].some(
    ({ name, pods, job }) => isOwn(name) && job?.end === undefined && pods.length > 0,
  );
}

/** The controller names a Job by the minutes since the epoch, so each minute has one (`getJobName`, v1.36). */
function jobName({ metadata }: CronJob, at: Instant): string {
  return `${metadata.name}-${Math.floor(at / MINUTE)}`;
}

function isSameMinute(at: Instant, last: Instant | undefined): boolean {
  return last !== undefined && Math.floor(at / MINUTE) === Math.floor(last / MINUTE);
}

/** Returns the Job that a CronJob makes for a time. */
export function nextJobOf(cronJob: CronJob, at: Instant): Job {
  return jobOf(cronJob, jobName(cronJob, at));
}

function jobOf({ metadata: owner, jobTemplate }: CronJob, name: string): Job {
  return { ...jobTemplate, metadata: { namespace: owner.namespace, name, uid: jobUID(owner.uid, name) } };
}

function jobUID(owner: string, name: string): string {
  const hex = digest(JSON.stringify(["Job", owner, name]), 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** True for what the host remembers of a Job that this CronJob has made. */
export function hasMade({ namespace, name, uid }: CronJobState, job: WorkloadState): boolean {
  const isNamed = job.kind === "Job" && job.namespace === namespace && job.name.startsWith(`${name}-`);
  return isNamed && job.uid === jobUID(uid, job.name);
}

/** Returns the next time for which a Job can start. */
function nextStart(
  { schedule, zone }: Times,
  { since, lastScheduleTime }: CronJobState,
  now: Instant,
): Instant | undefined {
  if (schedule.kind === "clock") return nextTime(schedule, zone, now);
  const from = Math.floor((lastScheduleTime ?? since) / 1000) * 1000;
  const step = schedule.seconds * 1000;
  let at = from + (Math.floor((now - from) / step) + 1) * step;
  while (isSameMinute(at, lastScheduleTime)) at += step;
  return at;
}

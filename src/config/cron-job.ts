import type { CronJob } from "../model/api/cron-job.ts";
import type { Job } from "../model/api/workload.ts";
import { parseSchedule } from "../model/cron/parse-schedule.ts";
import { timeZone } from "../model/cron/time-zone.ts";
import { digest } from "../unitfile/hash.ts";
import { checkType } from "./check-types.ts";
import type { Issue } from "./issue.ts";
import type { Tree } from "./object-rules.ts";
import type { TypeTable } from "./type-table.ts";
import { workloadOf } from "./workload.ts";

interface Parsed {
  readonly issues: readonly Issue[];
  /** Undefined when there is an issue. */
  readonly cronJob?: CronJob;
}

/** The controller adds a dash and ten digits to the name of each Job (`ValidateCronJobCreate`, v1.36). */
const MAX_NAME = 52;
/** What follows its name in that of each Job until the year 2160: a dash, and the minutes since 1970. */
const JOB_SUFFIX = "-00000000";

const TEMPLATE_PATH = ["spec", "jobTemplate"];

/** Returns a CronJob with the defaults of the API server, and what is wrong with the document. */
export function parseCronJob(types: TypeTable, written: Tree, nodeName: string): Parsed {
  const { value, issues } = checkType(types, "CronJob", written);
  const { metadata, spec } = value as { readonly metadata?: Tree; readonly spec?: Tree };
  if (issues.length > 0 || metadata?.name === undefined || spec === undefined) return { issues };
  const own = cronJobIssues(metadata, spec);
  const { spec: jobSpec } = spec.jobTemplate as { readonly spec?: Tree };
  if (own.length > 0 || jobSpec === undefined) return { issues: own };
  const { spec: writtenSpec } = (written.spec as Tree).jobTemplate as Tree;
  const ofJobs = { ...metadata, name: `${metadata.name}${JOB_SUFFIX}` };
  const parts = { kind: "Job", metadata: ofJobs, spec: jobSpec, written: { spec: writtenSpec } } as const;
  const { workload, issues: ofJob } = workloadOf(parts, nodeName);
  if (ofJob.length > 0) return { issues: ofJob.map(({ path, ...rest }) => ({ path: inTemplate(path), ...rest })) };
  return { issues: [], cronJob: cronJobOf(metadata, spec, workload as Job) };
}

/** The name of the Job begins with that of the CronJob. */
function inTemplate(path: Issue["path"]): Issue["path"] {
  return path[0] === "metadata" ? path : [...TEMPLATE_PATH, ...path];
}

/** `batch/validation/validation.go: ValidateCronJobCreate`, `validateCronJobSpec`, `ValidateJobTemplateSpec`, v1.36. */
function cronJobIssues({ name }: Tree, spec: Tree): readonly Issue[] {
  const length = (name as string).length;
  const schedule = parseSchedule(spec.schedule as string);
  const zone = spec.timeZone as string | undefined;
  const template = spec.jobTemplate as { readonly spec?: Tree };
  const issues = [
    length > MAX_NAME && {
      path: ["metadata", "name"],
      message: `expected at most ${MAX_NAME} characters, found ${length}: its Jobs have longer names`,
    },
    !schedule.ok && { path: ["spec", "schedule"], message: schedule.because },
    zone !== undefined &&
      timeZone(zone) === undefined && {
        path: ["spec", "timeZone"],
        message: `unknown time zone ${JSON.stringify(zone.slice(0, 100))}: expected a name such as Europe/Berlin`,
      },
    template.spec === undefined && { path: [...TEMPLATE_PATH, "spec"], message: "is missing" },
    template.spec?.selector !== undefined && {
      path: [...TEMPLATE_PATH, "spec", "selector"],
      message: "each Job gets one of its own: remove it",
    },
    template.spec?.manualSelector === true && {
      path: [...TEMPLATE_PATH, "spec", "manualSelector"],
      message: "each Job gets a selector of its own: remove it",
    },
  ];
  return issues.filter((issue) => issue !== false);
}

/** `batch/v1/defaults.go: SetDefaults_CronJob`, v1.36. */
function cronJobOf(metadata: Tree, spec: Tree, { metadata: _, ...jobTemplate }: Job): CronJob {
  const { name, namespace = "default" } = metadata as { readonly name: string; readonly namespace?: string };
  const hex = digest(JSON.stringify(["CronJob", namespace, name]), 32);
  const uid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  const { startingDeadlineSeconds, timeZone: zone } = spec;
  return {
    kind: "CronJob",
    metadata: { namespace, name, uid },
    schedule: spec.schedule as string,
    ...(zone !== undefined && { timeZone: zone as string }),
    suspend: spec.suspend === true,
    concurrencyPolicy: (spec.concurrencyPolicy ?? "Allow") as CronJob["concurrencyPolicy"],
    ...(startingDeadlineSeconds !== undefined && { startingDeadlineSeconds: startingDeadlineSeconds as number }),
    successfulJobsHistoryLimit: (spec.successfulJobsHistoryLimit ?? 3) as number,
    failedJobsHistoryLimit: (spec.failedJobsHistoryLimit ?? 1) as number,
    jobTemplate,
  };
}

import { fromTimestamp, type Instant } from "../../model/api/time.ts";
import { type ApiObject, at, containersAt, countAt, sizeAt, textAt } from "./api-object.ts";
import { ageOf, humanDuration } from "./human-duration.ts";
import { AGE, type Column, type Kind } from "./kind.ts";
import { labelsText, selectorText } from "./selector.ts";

const TEMPLATE = ["spec", "template", "spec"] as const;
const JOB_TEMPLATE = ["spec", "jobTemplate", ...TEMPLATE] as const;

const count = (heading: string, ...path: readonly string[]): Column => ({
  heading,
  cell: (object) => String(countAt(object, ...path)),
});

/** The columns of -o wide of a kind that makes pods. */
function containerColumns(template: readonly string[] = TEMPLATE): readonly Column[] {
  const join = (object: ApiObject, field: "name" | "image") =>
    containersAt(object, ...template)
      .map((each) => each[field] ?? "")
      .join(",");
  return [
    { heading: "CONTAINERS", isWide: true, cell: (object) => join(object, "name") },
    { heading: "IMAGES", isWide: true, cell: (object) => join(object, "image") },
  ];
}

const SELECTOR: Column = {
  heading: "SELECTOR",
  isWide: true,
  cell: (each) => selectorText(at(each, "spec", "selector")),
};

const replicas = (object: ApiObject) => at(object, "spec", "replicas") ?? 1;

const READY: Column = {
  heading: "READY",
  cell: (object) => `${countAt(object, "status", "readyReplicas")}/${replicas(object)}`,
};

const DAEMON_SET: Kind = {
  kind: "DaemonSet",
  names: ["daemonsets", "daemonset", "ds"],
  group: "apps",
  isOfAll: true,
  columns: [
    count("DESIRED", "status", "desiredNumberScheduled"),
    count("CURRENT", "status", "currentNumberScheduled"),
    count("READY", "status", "numberReady"),
    count("UP-TO-DATE", "status", "updatedNumberScheduled"),
    count("AVAILABLE", "status", "numberAvailable"),
    { heading: "NODE SELECTOR", cell: (each) => labelsText(at(each, ...TEMPLATE, "nodeSelector")) },
    AGE,
    ...containerColumns(),
    SELECTOR,
  ],
};

const DEPLOYMENT: Kind = {
  kind: "Deployment",
  names: ["deployments", "deployment", "deploy"],
  group: "apps",
  isOfAll: true,
  columns: [
    READY,
    count("UP-TO-DATE", "status", "updatedReplicas"),
    count("AVAILABLE", "status", "availableReplicas"),
    AGE,
    ...containerColumns(),
    SELECTOR,
  ],
};

const STATEFUL_SET: Kind = {
  kind: "StatefulSet",
  names: ["statefulsets", "statefulset", "sts"],
  group: "apps",
  isOfAll: true,
  columns: [READY, AGE, ...containerColumns()],
};

const CRON_JOB: Kind = {
  kind: "CronJob",
  names: ["cronjobs", "cronjob", "cj"],
  group: "batch",
  isOfAll: true,
  columns: [
    { heading: "SCHEDULE", cell: (each) => textAt(each, "spec", "schedule") },
    { heading: "TIMEZONE", cell: (each) => textAt(each, "spec", "timeZone") || "<none>" },
    { heading: "SUSPEND", cell: (each) => (at(each, "spec", "suspend") === true ? "True" : "False") },
    { heading: "ACTIVE", cell: (each) => String(sizeAt(each, "status", "active")) },
    { heading: "LAST SCHEDULE", cell: lastSchedule },
    AGE,
    ...containerColumns(JOB_TEMPLATE),
    { heading: "SELECTOR", isWide: true, cell: () => "<none>" },
  ],
};

function lastSchedule(object: ApiObject, now: Instant): string {
  const last = textAt(object, "status", "lastScheduleTime");
  return last === "" ? "<none>" : ageOf(last, now);
}

const JOB: Kind = {
  kind: "Job",
  names: ["jobs", "job"],
  group: "batch",
  isOfAll: true,
  columns: [
    { heading: "STATUS", cell: jobStatus },
    { heading: "COMPLETIONS", cell: completions },
    { heading: "DURATION", cell: duration },
    AGE,
    ...containerColumns(),
    SELECTOR,
  ],
};

/** `internalversion/printers.go: printJob`, v1.36. */
function jobStatus(job: ApiObject): string {
  const conditions = (at(job, "status", "conditions") ?? []) as readonly { type: string; status: string }[];
  const has = (type: string) => conditions.some((each) => each.type === type && each.status === "True");
  const end = ["Complete", "Failed"].find(has);
  if (end !== undefined) return end;
  if (job.metadata.deletionTimestamp !== undefined) return "Terminating";
  return has("Suspended") ? "Suspended" : "Running";
}

function completions(job: ApiObject): string {
  const done = countAt(job, "status", "succeeded");
  const wanted = at(job, "spec", "completions");
  const parallelism = countAt(job, "spec", "parallelism");
  // The API gives a Job without both fields the completions 1.
  if (wanted === undefined && at(job, "spec", "parallelism") === undefined) return `${done}/1`;
  if (wanted !== undefined) return `${done}/${wanted}`;
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function duration(job: ApiObject, now: Instant): string {
  const start = fromTimestamp(textAt(job, "status", "startTime"));
  const end = fromTimestamp(textAt(job, "status", "completionTime"));
  return Number.isNaN(start) ? "" : humanDuration((Number.isNaN(end) ? now : end) - start);
}

/** The kinds that make pods. */
export const WORKLOAD_KINDS: readonly Kind[] = [DAEMON_SET, DEPLOYMENT, STATEFUL_SET, CRON_JOB, JOB];

import { meetsRequirement, type NodeSelectorRequirement } from "../model/api/node-selector.ts";
import type { Workload } from "../model/api/workload.ts";
import { namesProblem } from "../unitfile/names.ts";
import { claimTemplateIssues } from "./claim-templates.ts";
import { dnsLabel } from "./formats.ts";
import type { Issue, Path } from "./issue.ts";
import { jobIssues } from "./job-policies.ts";
import type { Tree } from "./object-rules.ts";

/** Fields that have an effect in a cluster, and none here yet. */
const REFUSED: Readonly<Record<Workload["kind"], readonly (readonly [field: string, remedy: string])[]>> = {
  Deployment: [],
  DaemonSet: [],
  StatefulSet: [],
  Job: [["managedBy", "remove it"]],
};

/** A pod template's restartPolicy by kind (`apps/validation/validation.go`, `batch/validation/validation.go`, v1.36). */
const RESTART_POLICIES: Readonly<Record<Workload["kind"], readonly string[]>> = {
  Deployment: ["Always"],
  DaemonSet: ["Always"],
  StatefulSet: ["Always"],
  Job: ["OnFailure", "Never"],
};

/** The length of what follows the name of a Deployment in the name of its pods, with the dash. */
const SUFFIX = "-0123456789-01234";

/** Returns what is wrong with a workload whose parts are right. */
export function workloadIssues(kind: Workload["kind"], metadata: Tree, spec: Tree): readonly Issue[] {
  return [
    ...refused(kind, spec),
    ...templateIssues(kind, spec),
    ...strategyIssues(kind, spec),
    ...deadlineIssues(kind, spec),
    ...(kind === "StatefulSet" ? claimTemplateIssues(spec) : []),
    ...(kind === "Job" ? jobIssues(spec) : []),
    ...nameIssues(kind, metadata, spec),
  ];
}

function refused(kind: Workload["kind"], spec: Tree): readonly Issue[] {
  const unsupported = REFUSED[kind].flatMap(([field, remedy]) => {
    const value = spec[field];
    const isGiven = value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
    return isGiven ? [{ path: ["spec", field], message: `needs a cluster: ${remedy}` }] : [];
  });
  return unsupported;
}

function templateIssues(kind: Workload["kind"], spec: Tree): readonly Issue[] {
  const { metadata = {}, spec: pod } = spec.template as { readonly metadata?: Tree; readonly spec?: Tree };
  if (pod === undefined) return [{ path: ["spec", "template", "spec"], message: "is missing" }];
  const policies = RESTART_POLICIES[kind];
  const policy = (pod.restartPolicy ?? "Always") as string;
  const wrong = !policies.includes(policy) && {
    path: ["spec", "template", "spec", "restartPolicy"],
    message: `expected ${policies.join(" or ")}, found ${policy}`,
  };
  const deadline = kind !== "Job" &&
    pod.activeDeadlineSeconds !== undefined && {
      path: ["spec", "template", "spec", "activeDeadlineSeconds"],
      message: `cannot be set for the pods of a ${kind}: remove it`,
    };
  const labels = (metadata.labels ?? {}) as Readonly<Record<string, string>>;
  const selector = kind === "Job" ? undefined : (spec.selector as Tree);
  return [wrong, deadline, ...selectorIssues(selector, labels)].filter((issue) => issue !== false);
}

/** Those of labels; a selector of nodes has two more. */
const OPERATORS: readonly string[] = ["In", "NotIn", "Exists", "DoesNotExist"];

/** `apps/validation/validation.go: ValidatePodTemplateSpecForReplicaSet`, v1.36. The selector of a Job is ignored: the API makes one. */
function selectorIssues(selector: Tree | undefined, labels: Readonly<Record<string, string>>): readonly Issue[] {
  if (selector === undefined) return [];
  const { matchLabels = {}, matchExpressions = [] } = selector as {
    readonly matchLabels?: Readonly<Record<string, string>>;
    readonly matchExpressions?: readonly NodeSelectorRequirement[];
  };
  if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0)
    return [
      {
        path: ["spec", "selector"],
        message: "expected a label of the template, because an empty one selects all pods",
      },
    ];
  const unknown = matchExpressions.findIndex(({ operator }) => !OPERATORS.includes(operator));
  if (unknown >= 0)
    return [
      {
        path: ["spec", "selector", "matchExpressions", unknown, "operator"],
        message: `expected one of ${OPERATORS.join(", ")}`,
      },
    ];
  const isMatch =
    Object.entries(matchLabels).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value) &&
    matchExpressions.every((each) => meetsRequirement(each, labels));
  if (isMatch) return [];
  return [{ path: ["spec", "template", "metadata", "labels"], message: "spec.selector does not select these labels" }];
}

type Part = number | string | undefined;

/** `apps/validation/validation.go: ValidateDeploymentStrategy`, `validateRollingUpdateStatefulSet`, v1.36. */
function strategyIssues(kind: Workload["kind"], spec: Tree): readonly Issue[] {
  const field = spec.strategy === undefined ? "updateStrategy" : "strategy";
  const { type, rollingUpdate } = (spec[field] ?? {}) as { readonly type?: string; readonly rollingUpdate?: Tree };
  if (rollingUpdate === undefined) return [];
  const path = ["spec", field, "rollingUpdate"];
  if (type === "Recreate" || type === "OnDelete") return [{ path, message: `cannot be set, because type is ${type}` }];
  const { maxUnavailable, maxSurge } = rollingUpdate as Readonly<Record<string, Part>>;
  const wrong = [["maxSurge", maxSurge] as const, ["maxUnavailable", maxUnavailable] as const].flatMap(
    ([name, value]) => (isPart(value) ? [] : [{ path: [...path, name], message: PART }]),
  );
  if (wrong.length > 0) return wrong;
  const several = kind === "StatefulSet" && maxUnavailable !== undefined && maxUnavailable !== 1;
  return [
    ...(kind === "StatefulSet" ? [] : surgeIssues(kind, path, maxSurge, maxUnavailable)),
    ...(several ? [{ path: [...path, "maxUnavailable"], message: SEVERAL }] : []),
  ];
}

const PART = "expected a number of pods, or a part of them such as 25%";
const SEVERAL = "needs a cluster: remove it, and one pod after the other is replaced";

function isPart(value: Part): boolean {
  return typeof value === "string" ? /^\d+%$/.test(value) : (value ?? 0) >= 0;
}

/** `apps/validation/validation.go: ValidateRollingUpdateDeployment`, `ValidateRollingUpdateDaemonSet`, v1.36. */
function surgeIssues(
  kind: Workload["kind"],
  path: Path,
  ...[maxSurge, maxUnavailable]: [Part, Part]
): readonly Issue[] {
  const isDaemonSet = kind === "DaemonSet";
  const isZero = (value: Part) => value !== undefined && Number.parseInt(String(value), 10) === 0;
  const isAbove = (value: Part) => typeof value === "string" && Number.parseInt(value, 10) > 100;
  const surges = !isZero(maxSurge ?? (isDaemonSet ? 0 : "25%"));
  const limited = { maxUnavailable, ...(isDaemonSet && { maxSurge }) };
  const above = Object.entries(limited).find(([, value]) => isAbove(value));
  if (above !== undefined) return [{ path: [...path, above[0]], message: "expected 100% or less" }];
  const message = (() => {
    if (!surges && isZero(maxUnavailable)) return "expected more than 0, because maxSurge is 0";
    if (isDaemonSet && surges && !isZero(maxUnavailable)) return "expected 0, because maxSurge is more than 0";
    return undefined;
  })();
  return message === undefined ? [] : [{ path: [...path, "maxUnavailable"], message }];
}

/** `apps/validation/validation.go: ValidateDeploymentSpec`, v1.36. */
function deadlineIssues(kind: Workload["kind"], spec: Tree): readonly Issue[] {
  const { progressDeadlineSeconds = 600, minReadySeconds = 0 } = spec as Readonly<Record<string, number>>;
  if (kind !== "Deployment" || progressDeadlineSeconds > minReadySeconds) return [];
  const message = `expected more than minReadySeconds, which is ${minReadySeconds}, found ${progressDeadlineSeconds}`;
  return [{ path: ["spec", "progressDeadlineSeconds"], message }];
}

function nameIssues(kind: Workload["kind"], { name, namespace = "default" }: Tree, spec: Tree): readonly Issue[] {
  if (kind === "StatefulSet") return [...serviceIssues(spec), ...hostNameIssues(name as string, spec)];
  const length = (name as string).length;
  const message = `is a label of the pods of a Job: expected at most 63 characters, found ${length}`;
  if (kind === "Job" && length > 63) return [{ path: ["metadata", "name"], message }];
  if (kind === "Job" && spec.completionMode === "Indexed")
    return hostNameIssues(name as string, { replicas: spec.completions });
  const pod = { name: `${name}${SUFFIX}`, namespace: namespace as string, uid: "x" };
  if (namesProblem(pod, []) === undefined) return [];
  return [{ path: ["metadata", "name"], message: `its pods would have the name ${pod.name}, which is too long` }];
}

/** `apps/validation/validation.go: ValidateStatefulSetSpec`, v1.36. */
function serviceIssues({ serviceName = "" }: Tree): readonly Issue[] {
  const message = serviceName === "" ? undefined : dnsLabel(serviceName as never);
  return message === undefined ? [] : [{ path: ["spec", "serviceName"], message }];
}

/** Each name of a pod is a host name and a label (`apps/validation/validation.go: ValidateStatefulSetName`, v1.36). */
function hostNameIssues(name: string, { ordinals, replicas = 1 }: Tree): readonly Issue[] {
  const { start = 0 } = (ordinals ?? {}) as { readonly start?: number };
  const last = `${name}-${start + Math.max(1, replicas as number) - 1}`;
  if (dnsLabel(last as never) === undefined) return [];
  const remedy = "write a shorter name without dots";
  const message = `a pod would have the name ${last}, which is no host name of at most 63 characters: ${remedy}`;
  return [{ path: ["metadata", "name"], message }];
}

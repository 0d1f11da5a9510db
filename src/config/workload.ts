import type { PodSpec } from "../model/api/pod.ts";
import type {
  DaemonSet,
  Deployment,
  IntOrPercent,
  Job,
  PodTemplate,
  StatefulSet,
  Workload,
} from "../model/api/workload.ts";
import { digest } from "../unitfile/hash.ts";
import { checkType } from "./check-types.ts";
import { lacksOf } from "./claim.ts";
import { ephemeralVolumeIssues } from "./ephemeral-volumes.ts";
import type { Issue } from "./issue.ts";
import { jobPolicies } from "./job-policies.ts";
import type { Tree } from "./object-rules.ts";
import { checkPod } from "./pod-rules.ts";
import type { TypeTable } from "./type-table.ts";
import { withDefaults } from "./with-defaults.ts";
import { workloadIssues } from "./workload-rules.ts";

/** The kinds that make pods, with their `apiVersion`. */
export const WORKLOAD_KINDS: ReadonlyMap<unknown, string> = new Map<Workload["kind"], string>([
  ["Deployment", "apps/v1"],
  ["StatefulSet", "apps/v1"],
  ["DaemonSet", "apps/v1"],
  ["Job", "batch/v1"],
]);

interface Parsed {
  readonly issues: readonly Issue[];
  /** Undefined when there is an issue. */
  readonly workload?: Workload;
}

/** Returns a workload with the defaults of the API server, and what is wrong with the document. */
export function parseWorkload(types: TypeTable, written: Tree, nodeName: string): Parsed {
  const kind = written.kind as Workload["kind"];
  const { value, issues } = checkType(types, kind, written);
  const { metadata, spec } = value as { readonly metadata?: Tree; readonly spec?: Tree };
  if (issues.length > 0 || metadata?.name === undefined || spec?.template === undefined) return { issues };
  return workloadOf({ kind, metadata, spec, written }, nodeName);
}

/** The same for a document whose fields have the right types. */
export function workloadOf({ kind, metadata, spec, written }: Omit<Parts, "template">, nodeName: string): Parsed {
  const more = workloadIssues(kind, metadata, spec);
  if (more.length > 0) return { issues: more };
  const template = templateOf(spec.template as Tree, (written.spec as Tree).template as Tree, nodeName);
  const ofVolumes = ephemeralVolumeIssues((spec.template as Tree).spec as Tree);
  const wrong: Issue[] = ofVolumes.map(({ path, message }) => ({ path: ["spec", "template", ...path], message }));
  checkPod(withClaims(template.spec, spec), (path, message) =>
    wrong.push({ path: ["spec", "template", ...path], message }),
  );
  if (wrong.length > 0) return { issues: wrong };
  return { issues: [], workload: ofKind({ kind, metadata, spec, template, written }) };
}

interface Parts {
  readonly kind: Workload["kind"];
  readonly metadata: Tree;
  readonly spec: Tree;
  readonly template: PodTemplate;
  readonly written: Tree;
}

/** The volumes that only the claims of a StatefulSet bring can be mounted as well. */
function withClaims(pod: PodSpec, { volumeClaimTemplates = [] }: Tree): PodSpec {
  const names = new Set(
    (volumeClaimTemplates as readonly Tree[]).map(({ metadata }) => (metadata as Tree).name as string),
  );
  if (names.size === 0) return pod;
  const others = (pod.volumes ?? []).filter(({ name }) => !names.has(name));
  return { ...pod, volumes: [...others, ...[...names].map((name) => ({ name }))] };
}

/** The hash is that of the template as it is written, so a newer version with other defaults replaces no pod. */
function templateOf(template: Tree, written: Tree, nodeName: string): PodTemplate {
  const { spec } = withDefaults({ metadata: {}, spec: template.spec });
  const { labels = {}, annotations } = (template.metadata ?? {}) as Pick<PodTemplate, "labels" | "annotations">;
  return {
    labels,
    ...(annotations && { annotations }),
    spec: { ...spec, nodeName } as unknown as PodSpec,
    hash: digest(JSON.stringify([nodeName, written]), 10),
  };
}

function ofKind(parts: Parts): Workload {
  switch (parts.kind) {
    case "Deployment":
      return deployment(parts);
    case "DaemonSet":
      return daemonSet(parts);
    case "StatefulSet":
      return statefulSet(parts);
    case "Job":
      return job(parts);
  }
}

/** A changed Job is another Job, because the API has no changed template of one. */
function metadataOf({ kind, metadata, written }: Parts): Workload["metadata"] {
  const { name, namespace = "default" } = metadata as { readonly name: string; readonly namespace?: string };
  const content = [kind, namespace, name, ...(kind === "Job" ? [withoutTuning(written.spec as Tree)] : [])];
  const uid = digest(JSON.stringify(content), 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return { namespace, name, uid };
}

/** Returns the fields of a Job that cannot be changed (`batch/validation/validation.go: ValidateJobSpecUpdate`, v1.36). */
function withoutTuning({ parallelism: _p, suspend: _s, ttlSecondsAfterFinished: _t, ...rest }: Tree): Tree {
  const { activeDeadlineSeconds: _a, backoffLimit: _b, ...fixed } = rest;
  return fixed;
}

/** `apps/v1/defaults.go: SetDefaults_Deployment`, v1.36. */
function deployment(parts: Parts): Deployment {
  const { spec, template } = parts;
  const { type = "RollingUpdate", rollingUpdate = {} } = (spec.strategy ?? {}) as {
    readonly type?: string;
    readonly rollingUpdate?: { readonly maxSurge?: IntOrPercent; readonly maxUnavailable?: IntOrPercent };
  };
  const { maxSurge = "25%", maxUnavailable = "25%" } = rollingUpdate;
  return {
    ...{ kind: "Deployment", metadata: metadataOf(parts), template },
    replicas: number(spec.replicas, 1),
    minReadySeconds: number(spec.minReadySeconds, 0),
    progressDeadlineSeconds: number(spec.progressDeadlineSeconds, 600),
    ...(spec.paused === true && { paused: true }),
    ...(type === "RollingUpdate" && { rollingUpdate: { maxSurge, maxUnavailable } }),
  };
}

/** `apps/v1/defaults.go: SetDefaults_DaemonSet`, v1.36. */
function daemonSet(parts: Parts): DaemonSet {
  const { spec, template } = parts;
  const { type = "RollingUpdate", rollingUpdate = {} } = (spec.updateStrategy ?? {}) as {
    readonly type?: DaemonSet["updateStrategy"];
    readonly rollingUpdate?: { readonly maxSurge?: IntOrPercent };
  };
  return {
    ...{ kind: "DaemonSet", metadata: metadataOf(parts), template },
    minReadySeconds: number(spec.minReadySeconds, 0),
    updateStrategy: type,
    surges: Number.parseInt(String(rollingUpdate.maxSurge ?? 0), 10) > 0,
  };
}

/** `apps/v1/defaults.go: SetDefaults_StatefulSet`, v1.36. */
function statefulSet(parts: Parts): StatefulSet {
  const { spec, template } = parts;
  const { type = "RollingUpdate", rollingUpdate = {} } = (spec.updateStrategy ?? {}) as {
    readonly type?: StatefulSet["updateStrategy"];
    readonly rollingUpdate?: { readonly partition?: number };
  };
  const { partition = 0 } = rollingUpdate;
  const claims = ((spec.volumeClaimTemplates ?? []) as readonly Tree[]).map((each) => ({
    name: (each.metadata as Tree).name as string,
    ...lacksOf(each.spec as Tree),
  }));
  const { start } = (spec.ordinals ?? {}) as { readonly start?: number };
  return {
    ...{ kind: "StatefulSet", metadata: metadataOf(parts), template },
    replicas: number(spec.replicas, 1),
    minReadySeconds: number(spec.minReadySeconds, 0),
    ...(spec.serviceName !== undefined && { serviceName: spec.serviceName as string }),
    firstOrdinal: number(start, 0),
    updateStrategy: type,
    ...(partition > 0 && { partition }),
    parallel: spec.podManagementPolicy === "Parallel",
    ...(claims.length > 0 && { claimTemplates: claims }),
  };
}

/** `batch/v1/defaults.go: SetDefaults_Job`, v1.36. */
function job(parts: Parts): Job {
  const { spec, template } = parts;
  const isSingle = spec.completions === undefined && spec.parallelism === undefined;
  const given = isSingle ? 1 : (spec.completions as number | undefined);
  return {
    ...{ kind: "Job", metadata: metadataOf(parts), template },
    parallelism: number(spec.parallelism, 1),
    ...(given !== undefined && { completions: given }),
    backoffLimit: number(spec.backoffLimit, spec.backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1),
    ...jobPolicies(spec),
    ...(spec.activeDeadlineSeconds !== undefined && { activeDeadlineSeconds: spec.activeDeadlineSeconds as number }),
    ...(spec.ttlSecondsAfterFinished !== undefined && {
      ttlSecondsAfterFinished: spec.ttlSecondsAfterFinished as number,
    }),
    suspend: spec.suspend === true,
    ...((spec.podReplacementPolicy === "Failed" || spec.podFailurePolicy !== undefined) && { replacesEnded: true }),
  };
}

function number(value: unknown, standard: number): number {
  return (value as number | undefined) ?? standard;
}

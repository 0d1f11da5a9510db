import type { CronJob } from "../model/api/cron-job.ts";
import type { Pod } from "../model/api/pod.ts";
import type { DirectoryService } from "../model/api/service.ts";
import type { Workload } from "../model/api/workload.ts";
import { digest } from "../unitfile/hash.ts";
import { namesProblem } from "../unitfile/names.ts";
import { API_TYPES } from "./api-types.ts";
import { checkType } from "./check-types.ts";
import { parseClaim } from "./claim.ts";
import { parseCronJob } from "./cron-job.ts";
import { type DataObject, parseConfigMap, parseSecret } from "./data-objects.ts";
import { ephemeralVolumeIssues } from "./ephemeral-volumes.ts";
import { type Issue, printPath } from "./issue.ts";
import type { Tree } from "./object-rules.ts";
import { checkPod } from "./pod-rules.ts";
import { parseService } from "./service.ts";
import { parseTypes, type TypeTable } from "./type-table.ts";
import { withDefaults } from "./with-defaults.ts";
import { parseWorkload, WORKLOAD_KINDS } from "./workload.ts";

/** An object of a manifest. */
export type ManifestObject =
  | { readonly pod: Pod }
  | { readonly data: DataObject }
  | { readonly workload: Workload }
  | { readonly service: DirectoryService }
  | { readonly cronJob: CronJob };

/** Thrown for a document that is no valid object. Each issue names the field, what is wrong and what to do. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super(issues.map(({ path, message }) => `${printPath(path)}: ${message}`).join("; "));
    this.issues = issues;
  }
}

interface DataParser {
  readonly parse: typeof parseConfigMap;
  readonly hasSpec: boolean;
}

/** The kinds that a node without a cluster knows. io/schema/manifest-files.ts takes a List apart. */
const KINDS =
  '"Pod", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ConfigMap", "Secret", "PersistentVolumeClaim", "Service" or "List"';
const DATA_KINDS: ReadonlyMap<unknown, DataParser> = new Map([
  ["ConfigMap", { parse: parseConfigMap, hasSpec: false }],
  ["Secret", { parse: parseSecret, hasSpec: false }],
  ["PersistentVolumeClaim", { parse: parseClaim, hasSpec: true }],
]);
const UNKNOWN_KIND: Issue = { path: ["kind"], message: `expected ${KINDS}; other kinds need a cluster` };

/** A document that an alias makes part of itself has no end. */
const MAX_DEPTH = 100;

let table: TypeTable | undefined;

/** Returns the object of a document as the API server would store it, as far as a node uses it. Throws ManifestError. */
export function parseManifest(document: unknown, nodeName: string): ManifestObject {
  const written = canonical(document);
  table ??= parseTypes(API_TYPES);
  const { kind } = (written ?? {}) as { readonly kind?: unknown };
  const apiVersion = WORKLOAD_KINDS.get(kind);
  if (apiVersion !== undefined) {
    const { workload, issues } = parseWorkload(table, written as Tree, nodeName);
    throwIfAny([...kindIssues(written, { apiVersion, hasSpec: true }), ...issues]);
    // Without an issue there is one.
    return { workload: workload as Workload };
  }
  if (kind === "Service") {
    const { service, issues } = parseService(table, written);
    throwIfAny([...kindIssues(written, { apiVersion: "v1", hasSpec: true }), ...issues]);
    return { service };
  }
  if (kind === "CronJob") {
    const { cronJob, issues } = parseCronJob(table, written as Tree, nodeName);
    throwIfAny([...kindIssues(written, { apiVersion: "batch/v1", hasSpec: false }), ...issues]);
    return { cronJob: cronJob as CronJob };
  }
  // The rules of another kind would say wrong things about its fields.
  const data = DATA_KINDS.get(kind);
  if (data === undefined && typeof kind === "string" && kind !== "Pod") throw new ManifestError([UNKNOWN_KIND]);
  if (data === undefined) return { pod: parsePod(table, written as Tree, nodeName) };
  const { object, issues } = data.parse(table, written);
  const missing = kindIssues(written, { apiVersion: "v1", hasSpec: data.hasSpec });
  throwIfAny([
    ...missing,
    ...issues.filter((each) => !missing.some((one) => printPath(one.path) === printPath(each.path))),
  ]);
  return { data: object };
}

function throwIfAny(issues: readonly Issue[]): void {
  if (issues.length > 0) throw new ManifestError(issues);
}

/**
 * Returns a Pod. Throws ManifestError. The UID is a digest of the document in
 * the form of a UUID, so a changed manifest is another pod and replaces the first. The defaults are not a part of the
 * digest, so a newer version with other defaults replaces no pod.
 */
function parsePod(types: TypeTable, written: Tree, nodeName: string): Pod {
  const { value, issues } = checkType(types, "Pod", written);
  throwIfAny([...kindIssues(written, { apiVersion: "v1", kind: "Pod", hasSpec: true }), ...issues]);
  throwIfAny(ephemeralVolumeIssues((value as Tree).spec as Tree));
  // The other fields of metadata, for example in the output of `kubectl get -o yaml`, describe another pod.
  const { metadata: given, spec } = withDefaults(value as Tree);
  const metadata = pick(given, ["name", "namespace", "uid", "labels", "annotations"]);
  const content = [nodeName, metadata.namespace, metadata.name, metadata.annotations ?? {}, written.spec];
  const hash = digest(JSON.stringify(content), 32);
  const uid = metadata.uid ?? hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  const pod = { metadata: { ...metadata, uid }, spec: { ...spec, nodeName } } as unknown as Pod;
  checkWhole(pod);
  return pod;
}

interface Expected {
  readonly apiVersion: string;
  /** Undefined when the kind is known to be right. */
  readonly kind?: string;
  readonly hasSpec: boolean;
}

/** Returns what is missing of what every object has. The published types say that all of it is optional. */
function kindIssues(written: unknown, expected: Expected): Issue[] {
  if (typeof written !== "object" || written === null || Array.isArray(written)) return [];
  const { apiVersion, kind, metadata, spec } = written as Tree;
  const named = metadata as Tree | undefined;
  const issues = [
    apiVersion !== expected.apiVersion && { path: ["apiVersion"], message: `expected "${expected.apiVersion}"` },
    expected.kind !== undefined && kind !== expected.kind && UNKNOWN_KIND,
    named === undefined && { path: ["metadata"], message: "is missing" },
    named !== undefined && named.name === undefined && { path: ["metadata", "name"], message: "is missing" },
    expected.hasSpec && spec === undefined && { path: ["spec"], message: "is missing" },
  ];
  return issues.filter((issue) => issue !== false);
}

function checkWhole(pod: Pod): void {
  const issues: Issue[] = [];
  checkPod(pod.spec, (path, message) => issues.push({ path, message }));
  const names = issues.length === 0 ? namesProblem(pod.metadata, []) : undefined;
  if (names !== undefined) issues.push({ path: ["metadata"], message: names });
  if (issues.length > 0) throw new ManifestError(issues);
}

function pick(tree: Tree, keys: readonly string[]): Tree & Partial<Record<"uid", string>> {
  return Object.fromEntries(keys.flatMap((key) => (tree[key] === undefined ? [] : [[key, tree[key]]])));
}

/** Returns the value without nulls and with sorted keys, because neither changes the meaning of a document. */
function canonical(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new ManifestError([{ path: [], message: "is nested too deeply" }]);
  if (Array.isArray(value)) return value.map((item) => canonical(item, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, canonical(item, depth + 1)]),
  );
}

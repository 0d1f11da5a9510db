import { type Path, printPath } from "../../config/issue.ts";
import { ManifestError, type ManifestObject, parseManifest } from "../../config/manifest.ts";
import type { CronJob } from "../../model/api/cron-job.ts";
import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { DirectoryService } from "../../model/api/service.ts";
import type { Workload } from "../../model/api/workload.ts";
import { referenceKey } from "../../model/references.ts";
import { canOthersRead, readAdministratorFile } from "../administrator-file.ts";
import { itemsOf } from "./manifest-documents.ts";
import { documents, type ManifestFile } from "./manifest-file.ts";
import { SealedKeys } from "./sealed-keys.ts";
import { isSealed, openSecret, SealError } from "./sealed-secret.ts";
import { parseYaml, YamlError } from "./yaml.ts";

/** The content of the manifest files. */
export interface Manifests {
  readonly pods: readonly Pod[];
  /** The objects that make pods. */
  readonly workloads: readonly Workload[];
  readonly cronJobs: readonly CronJob[];
  /** ConfigMaps and Secrets by their `referenceKey`. */
  readonly objects: Readonly<Record<string, unknown>>;
  readonly services: readonly DirectoryService[];
  /** One message for each mistake of a file, with its line. */
  readonly problems: readonly string[];
  /** When sealed Secrets that did not open are due again, in milliseconds since the epoch; undefined: all are open. */
  readonly retryAt?: number;
}

/** The largest object that etcd stores (`--max-request-bytes`). No cluster has a larger pod. */
const MAX_DOCUMENT_BYTES = 1.5 * 1024 * 1024;

/** A file of another kind would fill the journal with its mistakes. */
const MAX_ISSUES = 10;

/** Returns the objects of YAML or JSON files with one or more documents each. A bad document does not affect the others. */
export function readManifests(paths: readonly string[], nodeName: string): Manifests {
  return parseManifests(
    paths.map((path) => ({
      name: path,
      read: () => readAdministratorFile(path),
      isPublic: () => canOthersRead(path),
      opensSecrets: true,
    })),
    nodeName,
    new SealedKeys(true),
  );
}

/** The same for files that need not be on the disk. */
export function parseManifests(files: readonly ManifestFile[], nodeName: string, keys = new SealedKeys()): Manifests {
  const pods = new Map<string, Pod>();
  const workloads = new Map<string, Workload>();
  const cronJobs = new Map<string, CronJob>();
  const objects = new Map<string, unknown>();
  const problems: string[] = [];
  const services = new Map<string, DirectoryService>();
  for (const file of files) {
    for (const { text, linesBefore } of documents(file, problems)) {
      const report: ReportLine = (line, message) => problems.push(`${file.name}:${linesBefore + line}: ${message}`);
      for (const { object, line, isSealed } of readObjects(text, { nodeName, file, keys, report })) {
        const { known, what, key, value } = entryOf(object, { pods, workloads, cronJobs, objects, services });
        if (known.has(key)) report(line, duplicate(key));
        else if (what === "secret" && !isSealed && file.isPublic?.()) report(line, publicSecret(file.name));
        else (known as Map<string, unknown>).set(key, value);
      }
    }
  }
  const retryAt = keys.finish();
  return {
    pods: [...pods.values()],
    workloads: [...workloads.values()],
    cronJobs: [...cronJobs.values()],
    objects: Object.fromEntries(objects),
    services: [...services.values()],
    problems,
    ...(retryAt !== undefined && { retryAt }),
  };
}

interface Known {
  readonly pods: Map<string, Pod>;
  readonly workloads: Map<string, Workload>;
  readonly cronJobs: Map<string, CronJob>;
  readonly objects: Map<string, unknown>;
  readonly services: Map<string, DirectoryService>;
}

/** Returns where an object belongs. Its key is KIND/NAMESPACE/NAME. */
function entryOf(object: ManifestObject, { pods, workloads, cronJobs, objects, services }: Known) {
  if ("data" in object) {
    const { data } = object;
    return { known: objects, what: data.kind, key: referenceKey(data), value: data.value };
  }
  const [known, value, what] =
    "pod" in object
      ? ([pods, object.pod, "pod"] as const)
      : "service" in object
        ? ([services, object.service, "service"] as const)
        : "cronJob" in object
          ? ([cronJobs, object.cronJob, "cronjob"] as const)
          : ([workloads, object.workload, object.workload.kind.toLowerCase()] as const);
  return { known, what, key: `${what}/${namespacedName(value.metadata)}`, value };
}

type ReportLine = (line: number, message: string) => void;

interface FoundObject {
  readonly object: ManifestObject;
  readonly line: number;
  readonly isSealed: boolean;
}

interface Reading {
  readonly nodeName: string;
  readonly file: ManifestFile;
  readonly keys: SealedKeys;
  readonly report: ReportLine;
}

function duplicate(key: string): string {
  return `metadata.name: ${key.replace("/", " ")} is defined twice; the first definition is used`;
}

function publicSecret(path: string): string {
  return `kind: other users can read this file, so its Secret is not used: chmod 600 ${path}`;
}

function readObjects(text: string, { nodeName, file, keys, report }: Reading): readonly FoundObject[] {
  if (text.length > MAX_DOCUMENT_BYTES) {
    report(1, `document: has more than ${MAX_DOCUMENT_BYTES / 1024 / 1024} MiB, which is the limit of a cluster`);
    return [];
  }
  try {
    const document = parseYaml(text);
    if (document === undefined || document.value === null) return [];
    return itemsOf(document.value).flatMap(([path, value]) => {
      const object = readObject(value, { nodeName, file, keys }, (below, message) =>
        report(document.lineOf([...path, ...below]), `${printPath([...path, ...below])}: ${message}`),
      );
      const line = document.lineOf([...path, "metadata", "name"]);
      return object === undefined ? [] : [{ object, line, isSealed: isSealed(value) }];
    });
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    report(error.line, `is not YAML: ${error.message}`);
  }
  return [];
}

function readObject(
  value: unknown,
  { nodeName, file, keys }: Omit<Reading, "report">,
  report: (path: Path, message: string) => void,
): ManifestObject | undefined {
  try {
    const isOpened = file.opensSecrets === true && isSealed(value);
    return parseManifest(isOpened ? openSecret(value as Readonly<Record<string, unknown>>, keys) : value, nodeName);
  } catch (error) {
    if (error instanceof SealError) {
      report(error.path, error.message);
      return undefined;
    }
    if (!(error instanceof ManifestError)) {
      report([], bugOf(value, error as Error));
      return undefined;
    }
    const shown = error.issues.slice(0, MAX_ISSUES);
    for (const { path, message } of shown) report(path, message);
    if (shown.length < error.issues.length) report([], `${error.issues.length - shown.length} more mistakes`);
    return undefined;
  }
}

/** A bug that is met with one document leaves the others as they are. The words of an error may have a value of a Secret. */
function bugOf(value: unknown, { name, message }: Error): string {
  const { kind } = (value ?? {}) as { readonly kind?: unknown };
  return `cannot be checked, which is a bug of unitlet: ${kind === "Secret" ? name : message}`;
}

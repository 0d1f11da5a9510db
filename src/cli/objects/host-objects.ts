import { canOthersRead, readAdministratorFile } from "../../io/administrator-file.ts";
import { loadSchema } from "../../io/bundles/loaders.ts";
import { modifiedAt } from "../../io/files.ts";
import { manifestPaths } from "../../io/manifest-source.ts";
import { connectPodSource } from "../../io/pod-source.ts";
import type { StoredObject, StoredObjects } from "../../io/schema/stored-objects.ts";
import { readOwnedUnits } from "../../io/systemd/owned-units.ts";
import { readClaims } from "../../io/volumes/claims.ts";
import { logTo } from "../../log.ts";
import type { Pod } from "../../model/api/pod.ts";
import { type Instant, toTimestamp } from "../../model/api/time.ts";
import type { CronJobState } from "../../model/cron-job-state.ts";
import type { Config } from "../../model/host/config.ts";
import { isContainer, type UnitOwner } from "../../model/unit.ts";
import type { WorkloadState } from "../../model/workload-state.ts";
import { CliError } from "../failure.ts";
import type { ApiObject } from "./api-object.ts";
import { claimStatus } from "./claim-status.ts";
import { cronJobStatus } from "./cron-job-status.ts";
import { madeClaims } from "./made-claims.ts";
import { madeJob } from "./made-job.ts";
import { serviceStatus } from "./service-status.ts";
import { workloadStatus } from "./workload-status.ts";

/** The time for a request to the API server on a node of a cluster. */
const API_BUDGET_MS = 15_000;

/** What a host knows of its objects. */
export interface HostObjects {
  /** Of a node of a cluster only its pods. */
  readonly objects: readonly ApiObject[];
  /** The objects as they are written in the directory; none on a node of a cluster. */
  readonly stored: readonly StoredObject[];
  /** What is wrong in the directory. */
  readonly problems: readonly string[];
}

/** Returns the objects of this host. It writes nothing. Throws CliError when the list of pods cannot be read. */
export async function readHostObjects(config: Config, now: Instant): Promise<HostObjects> {
  const { source, close } = connectPodSource(
    config,
    logTo(() => undefined),
    now + API_BUDGET_MS,
  );
  try {
    const listed = await source.list();
    if (!listed.ok) throw new CliError(`the pods of this node cannot be listed: ${listed.because}`);
    const { pods, workloads } = listed.parse();
    if (config.cluster !== undefined) return { objects: pods.map(podObject), stored: [], problems: [] };
    const { objects: stored, problems } = await readStored(config, true);
    const states = workloads?.states ?? [];
    const owned = states.flatMap((state) => state.pods.map(({ pod }) => pod));
    const all = [...pods, ...owned];
    const leaving = leavingPods(new Set(all.map(({ metadata }) => metadata.uid)), now);
    const written = firstOfEach(stored.filter(({ kind }) => kind !== "Pod"));
    const known = { states, cronJobs: workloads?.cron?.states ?? [] };
    const others = [...written.map((each) => otherObject(each, known, now)), ...unwritten(known, written, now)];
    const claims = madeClaims(readClaims(), all, written).map(withStatus);
    return { objects: [...[...all, ...leaving].map(podObject), ...others, ...claims], stored, problems };
  } finally {
    close();
  }
}

/**
 * Returns the objects that are written in the directory of a standalone host. `isUsed` leaves out Secrets that a run does not use,
 * because other users can read their file.
 */
export async function readStored({ manifests, nodeName }: Config, isUsed = false): Promise<StoredObjects> {
  const { readStoredObjects } = await loadSchema();
  const files = manifestPaths(manifests).map((path) => ({ name: path, read: () => readAdministratorFile(path) }));
  return readStoredObjects(
    files.map((file) => ({ ...file, isPublic: () => isUsed && canOthersRead(file.name) })),
    nodeName,
  );
}

/** A pod of a manifest has no time of creation, so it is as old as its acceptance. */
function podObject({ metadata, ...pod }: Pod): ApiObject {
  const creationTimestamp = metadata.creationTimestamp ?? pod.status?.startTime;
  return {
    ...pod,
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...metadata, ...(creationTimestamp !== undefined && { creationTimestamp }) },
  };
}

function withStatus(claim: ApiObject): ApiObject {
  return { ...claim, status: claimStatus(claim.metadata.namespace, claim.metadata.name, claim) };
}

interface KnownStates {
  readonly states: readonly WorkloadState[];
  readonly cronJobs: readonly CronJobState[];
}

function otherObject(stored: StoredObject, { states, cronJobs }: KnownStates, now: Instant): ApiObject {
  const { apiVersion, kind, namespace, name, value, place } = stored;
  const isNamed = (each: CronJobState) => each.namespace === namespace && each.name === name;
  const cronJob = kind === "CronJob" ? cronJobs.find(isNamed) : undefined;
  const state = states.find((each) => isStateOf(each, stored));
  const changed = modifiedAt(place.file);
  const metadata = {
    ...(value.metadata as object),
    name,
    namespace,
    // The directory remembers no other time.
    ...(changed !== undefined && { creationTimestamp: toTimestamp(changed) }),
  };
  return {
    ...value,
    apiVersion,
    kind,
    metadata,
    ...(state && { status: workloadStatus(state, value, now) }),
    ...(cronJob && { status: cronJobStatus(cronJob) }),
    ...(kind === "Service" && { status: serviceStatus(value.spec) }),
    ...(kind === "PersistentVolumeClaim" && { status: claimStatus(namespace, name, value) }),
  };
}

/** Returns the workloads that the directory does not have: those that another object has made, and those that end. */
function unwritten(
  { states, cronJobs }: KnownStates,
  written: readonly StoredObject[],
  now: Instant,
): readonly ApiObject[] {
  const left = states.filter((state) => !written.some((each) => isStateOf(state, each)));
  return left.map((state) => {
    const { metadata, ...job } = madeJob(state, cronJobs) ?? {};
    return {
      apiVersion: state.kind === "Job" ? "batch/v1" : "apps/v1",
      kind: state.kind,
      metadata: { name: state.name, namespace: state.namespace, uid: state.uid, ...metadata },
      ...job,
      status: workloadStatus(state, undefined, now),
    };
  });
}

function isStateOf(state: WorkloadState, { kind, namespace, name }: StoredObject): boolean {
  return state.kind === kind && state.namespace === namespace && state.name === name;
}

/** A run uses the first of two definitions of one object. */
function firstOfEach(stored: readonly StoredObject[]): readonly StoredObject[] {
  const first = new Map<string, StoredObject>();
  for (const each of stored) {
    const key = `${each.kind}/${each.namespace}/${each.name}`;
    if (!first.has(key)) first.set(key, each);
  }
  return [...first.values()];
}

/** Returns the pods that the directory has no more and whose units are not all gone. */
function leavingPods(known: ReadonlySet<string>, now: Instant): readonly Pod[] {
  const owners = readOwnedUnits()
    .map(({ identity }) => identity)
    .filter((identity) => isContainer({ identity }) && !known.has(identity.podUID));
  return [...Map.groupBy(owners, ({ podUID }) => podUID)].map(([uid, own]) => {
    const [{ namespace, pod: name }] = own as [UnitOwner];
    const containers = own.map(({ container }) => ({ name: container }));
    return { metadata: { namespace, name, uid, deletionTimestamp: toTimestamp(now) }, spec: { containers } };
  });
}

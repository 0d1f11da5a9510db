import { join } from "node:path";
import type { Log } from "../log.ts";
import type { PodEvent } from "../model/api/event.ts";
import { namespacedName } from "../model/api/namespaced-name.ts";
import type { Pod, PodStatus } from "../model/api/pod.ts";
import type { PersistentVolumeClaim } from "../model/api/volume.ts";
import { claimPath } from "../model/paths.ts";
import type { Dependency, FetchResult, ObjectReference, ResolvedReferences } from "../model/references.ts";
import { templateClaim } from "../model/template-claim.ts";
import type { CronJobs, ListResult, ParsedList, PodSource } from "../ports.ts";
import { digest } from "../unitfile/hash.ts";
import { unitletVersion } from "../version.ts";
import { withPinnedImages } from "./auto-update/pinned-images.ts";
import { autoUpdatePaths, readAutoUpdateStates } from "./auto-update/states.ts";
import { loadSchema } from "./bundles/loaders.ts";
import { readCached, writeCached } from "./cache.ts";
import { acceptServices, withLostServices } from "./directory-services.ts";
import { isDirectory, list, remove } from "./files.ts";
import { filesFingerprint } from "./host/fingerprint.ts";
import { readTimeZones } from "./host/time-zones.ts";
import { EventRecorder } from "./kube/event-recorder.ts";
import { nodeNameMismatch } from "./kube/node-name.ts";
import { readCronJobStates } from "./pods/cron-job-store.ts";
import {
  forgetOwnedPod,
  readWorkloadStates,
  removeStatusExcept,
  statusPath,
  storeStatus,
  withStoredStatus,
} from "./pods/workload-store.ts";
import type { Manifests } from "./schema/manifest-files.ts";
import { leftStaticPods } from "./static-pods/other-mode.ts";
import { CREDENTIAL_RETRY_MS } from "./systemd-creds.ts";
import { hasClaim } from "./volumes/claims.ts";

/** Changes with the form of what is cached. */
const FORMAT_VERSION = "5";

type Unstamped<T> = T extends unknown ? Omit<T, "at"> : never;

/** The pods of a directory of manifests, without a cluster: status is stored in files, Events go to the journal. */
export class ManifestSource implements PodSource {
  readonly hasObjects = true;
  readonly #directory: string;
  readonly #node: string;
  readonly #log: Log;
  readonly #isOnlySource: boolean;
  #manifests: Manifests | undefined;

  /** `isOnlySource` is false when this host has pods of a cluster, too. */
  constructor(directory: string, nodeName: string, log: Log, isOnlySource = true) {
    this.#isOnlySource = isOnlySource;
    this.#directory = directory;
    this.#node = nodeName;
    this.#log = log;
  }

  get directory(): string {
    return this.#directory;
  }

  async list(): Promise<ListResult> {
    // An empty directory means no pods. A missing directory is a mistake, and must not end all pods.
    if (!isDirectory(this.#directory))
      return { ok: false, because: `there is no directory ${this.#directory}: create it` };
    try {
      const paths = manifestPaths(this.#directory);
      // Another version may parse the same text differently.
      const key = digest(
        `${FORMAT_VERSION} ${unitletVersion} ${this.#node} ${filesFingerprint([this.#directory, ...paths])}`,
        40,
      );
      const before = readCached<Manifests>("manifests", key);
      const cached = mayOpenNow(before) ? undefined : before;
      const manifests = cached ?? (await loadSchema()).readManifests(paths, this.#node);
      this.#manifests = manifests;
      const mismatch = this.#isOnlySource ? nodeNameMismatch(undefined) : undefined;
      const problems = [...manifests.problems, mismatch].filter((each) => each !== undefined);
      const missing = problems.length > 0 ? { missing: problems.join("; ") } : {};
      const updates = this.#isOnlySource ? autoUpdatePaths() : [];
      return {
        ok: true,
        // What has opened since the last run makes a difference.
        digest: `${key} ${manifests.retryAt ?? ""} ${filesFingerprint(updates)}`,
        origin: { files: [this.#directory, ...paths, ...updates] },
        parse: () => ({ ...this.#parse(manifests), ...missing }),
        accept: () => {
          if (cached === undefined) this.#acceptManifests(key, manifests, before);
        },
      };
    } catch (error) {
      return { ok: false, because: `Cannot read ${this.#directory}: ${(error as Error).message}` };
    }
  }

  /** Images are updated on a standalone host alone: on a node of a cluster the API server says what runs. */
  #parse(manifests: Manifests): Omit<ParsedList, "missing"> {
    const { pods, workloads, cronJobs } = manifests;
    const pinned = withPinnedImages({ pods, workloads }, this.#isOnlySource ? readAutoUpdateStates() : []);
    return {
      pods: this.#own(pinned.pods).map(withStoredStatus),
      workloads: { objects: pinned.workloads, states: readWorkloadStates(), ...withCronJobs(cronJobs) },
      services: withLostServices(manifests),
    };
  }

  /** A pod that was a static pod until the host left its cluster ends first. */
  #own(pods: readonly Pod[]): readonly Pod[] {
    const isLeft = this.#isOnlySource ? leftStaticPods() : () => false;
    return pods.filter((pod) => !isLeft(pod));
  }

  /**
   * Logs the problems of manifests once, when they have changed, and removes the status of pods without a manifest. A static pod
   * has its status until it has ended.
   */
  #acceptManifests(key: string, manifests: Manifests, before: Manifests | undefined): void {
    const { pods, problems } = manifests;
    if (this.#isOnlySource && problems.length === 0) removeStatusExcept(pods);
    for (const problem of problems)
      if (before?.problems.includes(problem) !== true) this.#log.error("bad manifest", { problem });
    if (before === undefined && this.#isOnlySource) acceptServices(manifests, this.#log);
    writeCached("manifests", key, manifests);
  }

  async node(): Promise<undefined> {
    return undefined;
  }

  /** Resolves the ConfigMaps and Secrets of the manifests. The list of Services is empty, because every container needs it. */
  async fetch(needs: readonly Dependency[]): Promise<ResolvedReferences> {
    const at = Date.now();
    return new Map(needs.map((need): [string, FetchResult] => [need.key, { ...this.#resolve(need), at }]));
  }

  #resolve({ key, reference }: Dependency): Unstamped<FetchResult> {
    const { kind } = reference;
    if (kind === "services") return { ok: true, value: [] };
    if (kind !== "configmap" && kind !== "secret" && kind !== "persistentvolumeclaim")
      return { ok: false, missing: kind === "service", because: "this node belongs to no cluster that could have it" };
    const { objects = {}, problems = [] } = this.#manifests ?? {};
    if (Object.hasOwn(objects, key)) return { ok: true, value: objects[key] };
    const claim = kind === "persistentvolumeclaim" ? this.#claim(reference) : undefined;
    if (claim !== undefined) return { ok: true, value: claim };
    // A file with a mistake may define the object, so what pods have of it stays.
    const missing = problems.length === 0;
    return { ok: false, missing, because: `${kind} "${reference.name}" not found in ${this.#directory}` };
  }

  /** Returns a claim of a StatefulSet, or one that was made before and is kept. */
  #claim({ namespace, name }: ObjectReference): PersistentVolumeClaim | undefined {
    const ofSet = templateClaim(this.#manifests?.workloads ?? [], namespace, name);
    if (ofSet !== undefined || !hasClaim(namespace, name)) return ofSet;
    return { metadata: { name }, directory: { path: claimPath(namespace, name) } };
  }

  async publish(pod: Pod, next: PodStatus): Promise<void> {
    storeStatus(pod, next);
  }

  async recordEvent({ pod, type, reason, message, fieldPath, occurrence }: PodEvent): Promise<void> {
    const recorder = new EventRecorder(pod.metadata.uid);
    const key = digest([reason, message, fieldPath].join("\n"), 16);
    if (recorder.find(key)?.occurrence === occurrence) return;
    recorder.record(key, { name: "", count: 0, occurrence });
    const fields = { pod: namespacedName(pod.metadata), field: fieldPath, reason, message };
    if (type === "Warning") this.#log.warning("event", fields);
    else this.#log.notice("event", fields);
  }

  async deletePodObject(pod: Pod): Promise<void> {
    // While the workload remembers the pod, the next run must see that it has ended.
    forgetOwnedPod(pod.metadata.uid);
    remove(statusPath(pod.metadata.uid));
  }
}

/** True for manifests with sealed Secrets that did not open and are due again; also after the clock was set back. */
function mayOpenNow(manifests: Manifests | undefined): boolean {
  if (manifests?.retryAt === undefined) return false;
  const left = manifests.retryAt - Date.now();
  return left <= 0 || left > CREDENTIAL_RETRY_MS;
}

function withCronJobs(objects: Manifests["cronJobs"]): { readonly cron?: CronJobs } {
  const states = readCronJobStates();
  return objects.length + states.length === 0 ? {} : { cron: { objects, states, ...readTimeZones(objects) } };
}

/** Returns the paths of the manifests in a directory, sorted. Throws for a directory that cannot be read. */
export function manifestPaths(directory: string): readonly string[] {
  return list(directory)
    .filter((name) => /\.(ya?ml|json)$/.test(name) && !name.startsWith("."))
    .map((name) => join(directory, name));
}

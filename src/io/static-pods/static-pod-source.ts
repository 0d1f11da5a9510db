import type { Log } from "../../log.ts";
import type { PodEvent } from "../../model/api/event.ts";
import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Node } from "../../model/api/node.ts";
import type { Pod, PodStatus } from "../../model/api/pod.ts";
import type { Dependency, ResolvedReferences } from "../../model/references.ts";
import { apiReference, isMirrorPod, isStaticPod, toStaticPod, withApiSource } from "../../model/static-pod.ts";
import type { ListResult, MirrorPods, ParsedList, PodSource } from "../../ports.ts";
import { digest } from "../../unitfile/hash.ts";
import { namesProblem } from "../../unitfile/names.ts";
import { remove } from "../files.ts";
import { filesFingerprint } from "../host/fingerprint.ts";
import type { ManifestSource } from "../manifest-source.ts";
import { statusPath, storeStatus, withStoredStatus } from "../pods/workload-store.ts";
import { reportProblem } from "../problems.ts";
import { currentPods, forgetKeptPod, KEPT_PODS, readKeptPods, writeKeptPods } from "./kept-pods.ts";
import { ClusterMirrorPods, type MirrorClient } from "./mirror-pods.ts";
import { isStandaloneHere, withStaticUID } from "./other-mode.ts";

/** The two sources of a joined node's pods. */
export interface Sources {
  readonly cluster: PodSource;
  /** The directory of static pods; undefined: the node runs none. */
  readonly manifests: ManifestSource | undefined;
  readonly client: MirrorClient;
  readonly nodeName: string;
  readonly log: Log;
}

/** The static pods of the directory, and what cannot be one. */
interface StaticPods {
  readonly pods: readonly Pod[];
  readonly problems: readonly string[];
  readonly digest: string;
  readonly files: readonly string[];
  accept(): void;
}

const NONE: StaticPods = { pods: [], problems: [], digest: "", files: [], accept: () => undefined };

/** The pods that the API server has bound to this node, without mirror pods, and the static pods of its directory. */
export class StaticPodSource implements PodSource {
  readonly hasObjects = false;
  readonly mirrors: MirrorPods;
  readonly #sources: Sources;
  readonly #mirrors: ClusterMirrorPods;

  constructor(sources: Sources) {
    this.#sources = sources;
    this.#mirrors = new ClusterMirrorPods(sources.client);
    this.mirrors = this.#mirrors;
  }

  async list(): Promise<ListResult> {
    this.#mirrors.forget();
    const [listed, statics] = [await this.#sources.cluster.list(), await this.#statics()];
    if (!listed.ok) return { ...listed, local: statics.pods };
    return {
      ok: true,
      digest: statics === NONE ? listed.digest : digest(`${listed.digest} ${statics.digest}`, 40),
      origin: { ...listed.origin, files: statics.files },
      parse: () => this.#parse(listed, statics),
      accept: () => {
        listed.accept();
        statics.accept();
      },
    };
  }

  /** Static pods need no answer of the API server, nor one that is a list. */
  #parse(listed: { parse(): ParsedList }, statics: StaticPods): ParsedList {
    try {
      return { pods: this.#merge(listed.parse().pods, statics) };
    } catch (error) {
      return { pods: statics.pods, missing: (error as Error).message };
    }
  }

  async localPods(): Promise<readonly Pod[]> {
    const statics = await this.#statics();
    statics.accept();
    return statics.pods;
  }

  /** The administrator of the host writes static pods, so no pod of the API server takes the name of one. */
  #merge(listed: readonly Pod[], { pods }: StaticPods): readonly Pod[] {
    const names = new Set(pods.map(({ metadata }) => namespacedName(metadata)));
    const others = listed.filter((pod) => !isMirrorPod(pod)).map(withApiSource);
    const taken = others.filter(({ metadata }) => names.has(namespacedName(metadata)));
    this.#mirrors.found(listed.filter(isMirrorPod), taken);
    return [...others.filter((pod) => !taken.includes(pod)), ...pods];
  }

  async #statics(): Promise<StaticPods> {
    const { manifests, nodeName, log } = this.#sources;
    const kept = readKeptPods();
    if (manifests === undefined && kept.length === 0) return NONE;
    const listed = manifests === undefined ? undefined : await manifests.list();
    const parsed = listed?.ok ? listed.parse() : undefined;
    const free = (parsed?.pods ?? []).filter((pod) => !isStandaloneHere(pod));
    const read = free.map((pod) => toStaticPod(withStaticUID(pod), nodeName));
    const refused = read.map((pod) => [pod, refusal(pod)] as const);
    const problems = [
      ...(listed?.ok === false ? [listed.because] : []),
      ...(parsed?.missing === undefined ? [] : [parsed.missing]),
      ...(parsed?.workloads?.objects ?? []).map(({ kind, metadata }) => workloadProblem(kind, metadata)),
      ...(parsed?.workloads?.cron?.objects ?? []).map(({ metadata }) => workloadProblem("CronJob", metadata)),
      ...(parsed?.services ?? []).map(({ metadata }) => workloadProblem("Service", metadata)),
      ...refused.flatMap(([, because]) => because ?? []),
    ];
    const good = refused.flatMap(([pod, because]) => (because === undefined ? [pod] : []));
    const isIncomplete = listed?.ok === false || parsed?.missing !== undefined || good.length < read.length;
    const pods = currentPods(kept, { pods: good, isIncomplete }, Date.now()).map(withStoredStatus);
    const missing = manifests === undefined ? [] : [manifests.directory];
    return {
      pods,
      problems,
      digest: `${listed?.ok ? listed.digest : listed?.because} ${filesFingerprint([KEPT_PODS])}`,
      // A directory that is missing may be made.
      files: [...(listed?.ok ? listed.origin.files : missing), KEPT_PODS],
      accept: () => {
        if (listed?.ok) listed.accept();
        writeKeptPods(pods);
        reportProblem(log, "static-pods", problems.length === 0 ? undefined : problems.join("; "));
      },
    };
  }

  node(): Promise<Node | undefined> {
    return this.#sources.cluster.node();
  }

  fetch(due: readonly Dependency[]): Promise<ResolvedReferences> {
    return this.#sources.cluster.fetch(due);
  }

  /** The API server has no static pod, so its status is stored here, also after `staticPods = no`. The mirror pod shows it. */
  async publish(pod: Pod, next: PodStatus, patch: object): Promise<void> {
    if (isStaticPod(pod)) storeStatus(pod, next);
    else await this.#sources.cluster.publish(pod, next, patch);
  }

  recordEvent(event: PodEvent): Promise<void> {
    return this.#sources.cluster.recordEvent(event);
  }

  async deletePodObject(pod: Pod): Promise<void> {
    if (!isStaticPod(pod)) return this.#sources.cluster.deletePodObject(pod);
    forgetKeptPod(pod.metadata.uid);
    remove(statusPath(pod.metadata.uid));
  }
}

function refusal(pod: Pod): string | undefined {
  const reference = apiReference(pod);
  const name = `static pod ${namespacedName(pod.metadata)}`;
  if (reference !== undefined)
    return `${name}: ${reference}: a static pod cannot refer to objects of the API server: create a pod with kubectl, or remove the field`;
  const names = namesProblem(pod.metadata, []);
  return names === undefined ? undefined : `${name}: metadata: ${names}`;
}

function workloadProblem(kind: string, metadata: Pick<Pod["metadata"], "namespace" | "name">): string {
  return `${kind} ${namespacedName(metadata)}: the directory of a joined node has static pods alone: create it with kubectl apply, and remove it here`;
}

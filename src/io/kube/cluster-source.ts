import type { PodEvent } from "../../model/api/event.ts";
import type { Node } from "../../model/api/node.ts";
import type { Pod, PodStatus } from "../../model/api/pod.ts";
import type { Dependency, ResolvedReferences } from "../../model/references.ts";
import type { ListResult, PodSource } from "../../ports.ts";
import { digest } from "../../unitfile/hash.ts";
import { ApiError } from "./api-error.ts";
import type { Kube } from "./kube.ts";
import { nodeNameMismatch, saveNodeName } from "./node-name.ts";
import { fetchReferred } from "./referred-object.ts";
import { isOtherObject } from "./refusals.ts";

/** The source of the pods that the API server has bound to this node. */
export class ClusterSource implements PodSource {
  readonly hasObjects = false;
  readonly #kube: Kube;
  readonly #node: string;

  constructor(kube: Kube, nodeName: string) {
    this.#kube = kube;
    this.#node = nodeName;
  }

  async list(): Promise<ListResult> {
    const because = nodeNameMismatch(this.#node);
    if (because !== undefined) return { ok: false, because };
    try {
      const body = await this.#kube.listPods();
      const items = itemsOf(body);
      const itemDigest = digest(items, 40);
      return {
        ok: true,
        digest: itemDigest,
        origin: { files: [], items: { bytes: items.length, digest: itemDigest } },
        parse: () => ({ pods: parsePods(body, this.#node) }),
        accept: () => saveNodeName(this.#node),
      };
    } catch (error) {
      return { ok: false, because: (error as Error).message };
    }
  }

  node(): Promise<Node | undefined> {
    return this.#kube.getNode();
  }

  async fetch(needs: readonly Dependency[]): Promise<ResolvedReferences> {
    const now = Date.now();
    const results = needs.map(
      async ({ key, reference }) => [key, await fetchReferred(this.#kube.api, reference, now)] as const,
    );
    return new Map(await Promise.all(results));
  }

  async publish(pod: Pod, _next: PodStatus, patch: object): Promise<void> {
    await this.#kube.patchPodStatus(pod.metadata, patch);
  }

  async recordEvent(event: PodEvent): Promise<void> {
    await this.#kube.events.recordPodEvent(event, Date.now());
  }

  async deletePodObject(pod: Pod): Promise<void> {
    try {
      await this.#kube.deletePod(pod.metadata);
    } catch (error) {
      if (!(error instanceof ApiError && (error.status === 404 || isOtherObject(error)))) throw error;
    }
  }
}

/** Returns the items alone: the list's resourceVersion changes with every write in the cluster. `run-needed` does the same. */
function itemsOf(body: Buffer): Buffer {
  return body.subarray(Math.max(0, body.indexOf('"items":')));
}

/** Returns the pods of a PodList. Throws when it is not the whole list of this node's pods, because a run removes the rest. */
export function parsePods(body: Buffer, nodeName: string): readonly Pod[] {
  type List = { kind?: string; metadata?: { continue?: string }; items?: unknown };
  const list = JSON.parse(body.toString()) as List | null;
  if (list?.kind !== "PodList" || !(Array.isArray(list.items) || list.items === null))
    throw new Error("the API server's answer is not a list of pods");
  if (list.metadata?.continue) throw new Error("the API server answered with a part of the list");
  const items = (list.items ?? []) as (Partial<Pod> | null)[];
  const stray = items.find((item) => !isPodOf(item, nodeName));
  if (stray !== undefined)
    throw new Error(
      `the API server's list has an item that is no pod of this node: ${stray?.metadata?.namespace}/${stray?.metadata?.name}`,
    );
  return items as Pod[];
}

function isPodOf(item: Partial<Pod> | null, nodeName: string): boolean {
  const { uid, name, namespace } = item?.metadata ?? {};
  return Boolean(uid && name && namespace) && item?.spec?.nodeName === nodeName && Array.isArray(item.spec.containers);
}

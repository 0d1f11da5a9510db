import type { Node } from "../../model/api/node.ts";
import type { Pod } from "../../model/api/pod.ts";
import { toMirrorPod } from "../../model/static-pod.ts";
import type { MirrorPods } from "../../ports.ts";

/** The requests for mirror pods. All throw ApiError. */
export interface MirrorClient {
  getNode(): Promise<Node | undefined>;
  createPod(pod: Pod): Promise<Pod>;
  deletePod(metadata: Pod["metadata"]): Promise<unknown>;
  patchPodStatus(metadata: Pod["metadata"], patch: object): Promise<unknown>;
}

/** The mirror pods of the last list. */
export class ClusterMirrorPods implements MirrorPods {
  readonly #client: MirrorClient;
  #listed: readonly Pod[] | undefined;
  #taken: readonly Pod[] = [];
  #node: { readonly name: string; readonly uid: string } | undefined;

  constructor(client: MirrorClient) {
    this.#client = client;
  }

  /** Forgets the last list: a run whose list fails must not compare with the one of an earlier run in this process. */
  forget(): void {
    this.#listed = undefined;
    this.#taken = [];
  }

  /** Takes the mirror pods of a list, and the other pods with the name of a static pod. */
  found(mirrors: readonly Pod[], taken: readonly Pod[]): void {
    this.#listed = mirrors;
    this.#taken = taken;
  }

  get listed(): readonly Pod[] | undefined {
    return this.#listed;
  }

  get taken(): readonly Pod[] {
    return this.#taken;
  }

  async create(pod: Pod): Promise<Pod> {
    this.#node ??= await this.#readNode();
    return await this.#client.createPod(toMirrorPod(pod, this.#node));
  }

  async delete(mirror: Pod): Promise<void> {
    await this.#client.deletePod(mirror.metadata);
  }

  async patch(mirror: Pod, patch: object): Promise<void> {
    await this.#client.patchPodStatus(mirror.metadata, patch);
  }

  async #readNode(): Promise<{ readonly name: string; readonly uid: string }> {
    const { name, uid } = (await this.#client.getNode())?.metadata ?? {};
    if (name === undefined || uid === undefined) throw new Error("the API server has no Node of this name yet");
    return { name, uid };
  }
}

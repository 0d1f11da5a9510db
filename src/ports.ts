import type { PodEvent } from "./model/api/event.ts";
import type { Node } from "./model/api/node.ts";
import type { Pod, PodStatus } from "./model/api/pod.ts";
import type { Dependency, ResolvedReferences } from "./model/references.ts";

/** What a source of pods answered. Never an exception: trouble with it is an ordinary state of the world. */
export type ListResult =
  /** `digest` changes when anything in the list does; `parse` may still find that it is no list at all. */
  | { readonly ok: true; readonly digest: string; parse(): ParsedList }
  | { readonly ok: false; readonly because: string };

/** `missing` says why there may be more pods than these: then nothing is removed. */
export interface ParsedList {
  readonly pods: readonly Pod[];
  readonly missing?: string;
}

/** Where pods come from and where their status goes: the API server, or a directory of manifests. */
export interface PodSource {
  list(): Promise<ListResult>;
  /** Labels and taints, which others may have set; undefined where nobody knows them. Never throws. */
  node(): Promise<Node | undefined>;
  /** An answer for each; never throws. */
  fetch(due: readonly Dependency[]): Promise<ResolvedReferences>;
  /** `patch` is what differs from the status that the pod came with. */
  publish(pod: Pod, next: PodStatus, patch: object): Promise<void>;
  tell(event: PodEvent): Promise<void>;
  /** Removes the object of a pod of which nothing is left. */
  forget(pod: Pod): Promise<void>;
}

import type { Node } from "../../model/api/node.ts";
import { matchesNodeSelectorTerms, type NodeSelectorTerm } from "../../model/api/node-selector.ts";
import type { Pod } from "../../model/api/pod.ts";

interface Selecting {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly affinity?: {
    readonly nodeAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: {
        readonly nodeSelectorTerms?: readonly NodeSelectorTerm[];
      };
    };
  };
}

/**
 * True when the pod's nodeSelector and required node affinity select this node
 * (`nodeaffinity.go: GetRequiredNodeAffinity`, component-helpers v0.36).
 */
export function selectsNode({ spec }: Pod, node: Node): boolean {
  const { labels = {} } = node.metadata;
  const { nodeSelector, affinity } = spec as Selecting;
  if (!Object.entries(nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || matchesNodeSelectorTerms(required.nodeSelectorTerms ?? [], node);
}

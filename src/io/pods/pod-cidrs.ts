import type { Node } from "../../model/api/node.ts";
import type { Config } from "../../model/host/config.ts";
import { STATE_DIR } from "../../model/paths.ts";
import type { World } from "../../model/world.ts";
import { readOptional, writeAtomic } from "../files.ts";

/** The Node's podCIDRs, one a line, for runs that do not read the Node. */
export const POD_CIDRS = `${STATE_DIR}/pod-cidrs`;

/**
 * Returns the Node's ranges; those that an earlier run has kept, when this one has not read the Node, or when it has none. The API
 * server removes no ranges of a Node, but a Node that was deleted and registered again has none for a moment.
 */
export function observePodCIDRs(node: Node | undefined): Pick<World, "podCIDRs"> {
  const kept = () => (readOptional(POD_CIDRS) ?? "").split("\n").filter((line) => line !== "");
  const ranges = rangesOf(node);
  const podCIDRs = ranges.length > 0 ? ranges : kept();
  return podCIDRs.length === 0 ? {} : { podCIDRs };
}

/** Keeps the ranges; writes nothing when they are the same. */
export function keepPodCIDRs(ranges: readonly string[]): void {
  const text = ranges.map((range) => `${range}\n`).join("");
  if (text !== (readOptional(POD_CIDRS) ?? "")) writeAtomic(POD_CIDRS, text, 0o600);
}

/** Keeps the ranges of a Node that has some, for the bridge. */
export function keepPodCIDRsOf(node: Node | undefined, { podNetwork }: Pick<Config, "podNetwork">): void {
  const ranges = rangesOf(node);
  if (podNetwork === "bridge" && ranges.length > 0) keepPodCIDRs(ranges);
}

/** Returns the ranges in lower case, as of the setting `podCIDR`. The API server takes either case. */
function rangesOf(node: Node | undefined): readonly string[] {
  return (node?.spec?.podCIDRs ?? []).map((range) => range.toLowerCase());
}

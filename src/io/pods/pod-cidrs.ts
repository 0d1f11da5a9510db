import type { Node } from "../../model/api/node.ts";
import { STATE_DIR } from "../../model/paths.ts";
import type { World } from "../../model/world.ts";
import { readOptional, writeAtomic } from "../files.ts";

/** The Node's podCIDRs, one a line, for runs that do not read the Node. */
const FILE = `${STATE_DIR}/pod-cidrs`;

/**
 * Returns the Node's ranges; those that an earlier run has kept, when this one has not read the Node, or when it has none. The API
 * server removes no ranges of a Node, but a Node that was deleted and registered again has none for a moment.
 */
export function observePodCIDRs(node: Node | undefined): Pick<World, "podCIDRs"> {
  const kept = () => (readOptional(FILE) ?? "").split("\n").filter((line) => line !== "");
  const podCIDRs = node?.spec?.podCIDRs?.length ? node.spec.podCIDRs : kept();
  return podCIDRs.length === 0 ? {} : { podCIDRs };
}

/** Keeps the ranges; writes nothing when they are the same. */
export function keepPodCIDRs(ranges: readonly string[]): void {
  const text = ranges.map((range) => `${range}\n`).join("");
  if (text !== (readOptional(FILE) ?? "")) writeAtomic(FILE, text, 0o600);
}

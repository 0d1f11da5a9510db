import { CLAIM, CONFIG_MAP, POD, SECRET, SERVICE } from "./core-kinds.ts";
import type { Kind } from "./kind.ts";
import { WORKLOAD_KINDS } from "./workload-kinds.ts";

/** In the order in which `kubectl get all` shows them. */
export const KINDS: readonly Kind[] = [POD, SERVICE, ...WORKLOAD_KINDS, CONFIG_MAP, SECRET, CLAIM];

/** Returns the kind of a word such as "po", "Pods" or "deployments.apps"; undefined when there is none. */
export function findKind(word: string): Kind | undefined {
  const [name = "", group] = splitOnce(word.toLowerCase(), ".");
  return KINDS.find(
    (each) => (each.names as readonly string[]).includes(name) && (group === undefined || isGroup(each, group)),
  );
}

/** The group may have a version before it: "deployments.v1.apps". */
function isGroup({ group }: Kind, given: string): boolean {
  return group !== "" && (given === group || given === `v1.${group}`);
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const index = text.indexOf(separator);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}

/** Returns a kind as messages and `-o name` call it: "pod" or "deployment.apps". */
export function resourceOf({ names: [, singular], group }: Kind): string {
  return group === "" ? singular : `${singular}.${group}`;
}

/** Returns a kind as errors call it: "pods" or "deployments.apps". */
export function pluralOf({ names: [plural], group }: Kind): string {
  return group === "" ? plural : `${plural}.${group}`;
}

import type { Pod } from "../../model/api/pod.ts";

/**
 * supported: translated. control-plane: nothing to do on a node. descend: look at the fields inside.
 * An object: rejected or ignored, unless the value asks for what happens anyway.
 */
export type Row = "supported" | "control-plane" | "descend" | Exception;

export interface Exception {
  readonly severity: "reject" | "ignore";
  readonly because: string;
  readonly remedy: string;
  readonly unless?: (value: unknown, pod: Pod) => boolean;
}

/** The remedy of last resort. */
export const OTHER_NODE = "remove the field, or run the pod on another node";

/** The pod fails, unless the value is harmless. */
export function rejected(because: string, remedy = OTHER_NODE, unless?: Exception["unless"]): Exception {
  return { severity: "reject", because, remedy, ...(unless ? { unless } : {}) };
}

/** The pod runs and its owner hears of it, unless the value asks for nothing. */
export function ignored(because: string, remedy: string, unless?: Exception["unless"]): Exception {
  return { severity: "ignore", because, remedy, ...(unless ? { unless } : {}) };
}

/** One of these values. */
export const is =
  (...values: unknown[]) =>
  (value: unknown) =>
    values.includes(value);

export const NOT_YET = "is not supported by this version of unitlet";

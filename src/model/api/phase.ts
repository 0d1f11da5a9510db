import type { Pod } from "./pod.ts";

/** True for a phase that a pod never leaves. */
export function isTerminal(phase: string | undefined): boolean {
  return phase === "Succeeded" || phase === "Failed";
}

/** True for a pod that has been deleted and still exists. */
export function isTerminating({ metadata }: Pick<Pod, "metadata">): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/**
 * A problem of one pod, which becomes an Event. `path` is the field as `kubectl explain` spells it, for example
 * "spec.containers[web].livenessProbe".
 */
export interface Problem {
  /** note: the field has no effect here, which `unitlet plan` alone says. */
  readonly severity: "reject" | "ignore" | "note";
  readonly path: string;
  /** What is wrong, without the path. */
  readonly because: string;
  /** What the owner can do about it. */
  readonly remedy: string;
}

/** Returns the problem as one sentence for an Event: the path, what is wrong, and the remedy. */
export function problemSentence({ path, because, remedy }: Problem): string {
  return `${path} ${because}: ${remedy}`;
}

/**
 * Something about one pod that its owner must hear. `path` is the field as kubectl explain spells it, such as
 * "spec.containers[web].livenessProbe".
 */
export interface Problem {
  readonly severity: "reject" | "ignore";
  readonly path: string;
  /** What is wrong, without the path. */
  readonly because: string;
  /** What the owner can do about it. */
  readonly remedy: string;
}

export function problemSentence({ path, because, remedy }: Problem): string {
  return `${path} ${because}: ${remedy}`;
}

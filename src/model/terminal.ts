import type { Container } from "./api/pod.ts";

/**
 * A program for somebody who sits before it, as `kubectl run -it` and `kubectl debug -it` have it: there is a terminal as
 * long as that person is attached, and it begins then. Any other program begins at once, without one.
 */
export function isInteractive({ stdin, stdinOnce, tty }: Container, isEphemeral = false): boolean {
  return stdin === true && tty === true && (stdinOnce === true || isEphemeral);
}

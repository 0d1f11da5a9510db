import type { Container } from "./api/pod.ts";

/**
 * True for `kubectl run -it` and `kubectl debug -it`: the program starts when a client attaches, and has a terminal for
 * as long. Any other program starts at once, without a terminal.
 */
export function isInteractive({ stdin, stdinOnce, tty }: Container, isEphemeral = false): boolean {
  return stdin === true && tty === true && (stdinOnce === true || isEphemeral);
}

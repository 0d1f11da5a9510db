import type { Container } from "../../model/api/pod.ts";

/** Standard input of a container on an image. terminal: a terminal of its own for as long as it runs. */
export type ImageInput = "none" | "open" | "once" | "terminal";

/**
 * Returns the kind of standard input of a container on an image; with tty it is a terminal, whether stdin is set or
 * not.
 */
export function imageInput({ stdin, stdinOnce, tty }: Container): ImageInput {
  if (tty) return "terminal";
  if (!stdin) return "none";
  return stdinOnce ? "once" : "open";
}

import type { Container, Pod } from "../../model/api/pod.ts";
import type { Mount } from "../../model/confinement.ts";
import { inputPath } from "../../model/paths.ts";
import { isInteractive } from "../../model/terminal.ts";
import type { ContainerKind } from "../../model/unit.ts";
import { STDIN_PATH, type StandardInput } from "../../unitfile/launch.ts";

/**
 * Returns the kind of standard input of a container on the host's files; it has a terminal only while a client is
 * attached.
 */
export function standardInput(container: Container, kind: ContainerKind): StandardInput {
  if (!container.stdin) return "none";
  if (isInteractive(container, kind === "ephemeral")) return "attached";
  return container.stdinOnce ? "once" : "open";
}

/** Returns the mounts of the pipes for standard input, which container-start creates; none without stdin. */
export function inputMounts({ metadata }: Pod, { name, stdin }: Container): readonly Mount[] {
  if (!stdin) return [];
  const pipe = inputPath(metadata.uid, name);
  return ["", ".once"].map((end) => ({
    type: "bind",
    source: pipe + end,
    target: STDIN_PATH + end,
    readOnly: true,
    recursiveReadOnly: true,
    propagation: "private",
    optional: true,
  }));
}

import { hasOwnFiles } from "../../model/image/image-reference.ts";
import type { Problem } from "../../model/problem.ts";
import { isInteractive } from "../../model/terminal.ts";
import type { ResolvedContainer } from "../resolved-container.ts";

/**
 * Returns a problem for each `tty` that is ignored: only a container on an image has a terminal for as long as it runs.
 */
export function terminalProblems(containers: readonly ResolvedContainer[]): Problem[] {
  const without = containers.filter(
    ({ kind, container, reference }) =>
      kind !== "ephemeral" && container.tty && !isInteractive(container) && !hasOwnFiles(reference),
  );
  return without.map(({ path }) => ({
    severity: "ignore",
    path: `${path}.tty`,
    because:
      "is ignored: on the host's files there is a terminal only while a client is attached, and only with stdin and stdinOnce",
    remedy: "set both, as kubectl run -it does, or use kubectl exec -it",
  }));
}

import { dirname, join } from "node:path";
import type { UnitName } from "../../model/unit.ts";

/**
 * The command that runs `argv`, or else the container's own words, as one more process of a running container, and ends when this process does. The one
 * place that knows how a container is entered.
 */
export function enterArgv(unit: UnitName, argv: readonly string[] = [], libDir = ownDirectory()): readonly string[] {
  return [join(libDir, "container-enter"), "--tied", unit, "--", ...argv];
}

/** Where the bundles are, with the helpers beside them. */
function ownDirectory(): string {
  return dirname(process.argv[1] ?? "");
}

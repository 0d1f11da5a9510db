import { dirname, join } from "node:path";
import type { UnitName } from "../../model/unit.ts";

/**
 * Returns the command that runs `argv`, or else the container's own command, as a process of a running container. The
 * command ends with this process.
 */
export function enterArgv(unit: UnitName, argv: readonly string[] = [], libDir = ownDirectory()): readonly string[] {
  return [join(libDir, "container-enter"), "--tied", unit, "--", ...argv];
}

/** Returns the directory of the bundles and helpers. */
function ownDirectory(): string {
  return dirname(process.argv[1] ?? "");
}

import { RUN_DIR } from "../../model/paths.ts";
import type { UnitName } from "../../model/unit.ts";
import { asUnitName } from "../../unitfile/names.ts";
import { readOptional, remove, writeAtomic } from "../files.ts";

const FILE = `${RUN_DIR}/unfinished`;

/** Records that a run writes units, reloads systemd then, and restarts these units. A run that is killed leaves the file. */
export function beginReload(restarts: readonly UnitName[]): void {
  writeAtomic(FILE, restarts.map((name) => `${name}\n`).join(""), 0o600);
}

/** Records that all of it is done. */
export function endReload(): void {
  remove(FILE);
}

/** Returns the units that a killed run did not restart after its reload; undefined: it was not killed there. */
export function readUnfinished(): ReadonlySet<UnitName> | undefined {
  const text = readOptional(FILE);
  return text === undefined
    ? undefined
    : new Set(
        text
          .split("\n")
          .map(asUnitName)
          .filter((name) => name !== undefined),
      );
}

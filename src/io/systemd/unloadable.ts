import type { Instant } from "../../model/api/time.ts";
import { RUN_DIR } from "../../model/paths.ts";
import type { UnitName } from "../../model/unit.ts";
import { asUnitName } from "../../unitfile/names.ts";
import { modifiedAt, readOptional, remove, writeBestEffort } from "../files.ts";

const FILE = `${RUN_DIR}/unloadable`;

/** How long a run does not repeat a reload that has not helped. */
const RETRY_MS = 60_000;

/** Returns the units that systemd has refused to load at a reload of the last minute. */
export function readUnloadable(now: Instant): ReadonlySet<UnitName> {
  const at = modifiedAt(FILE);
  if (at === undefined || Math.abs(now - at) > RETRY_MS) return new Set();
  const names = (readOptional(FILE) ?? "").split("\n").map(asUnitName);
  return new Set(names.filter((name) => name !== undefined));
}

/** Records the units that systemd has refused to load at the reload of this run. */
export function writeUnloadable(names: readonly UnitName[]): void {
  if (names.length === 0) remove(FILE);
  else writeBestEffort(FILE, `${names.join("\n")}\n`, 0o600);
}

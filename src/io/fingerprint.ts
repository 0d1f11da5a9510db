import { lstatSync } from "node:fs";
import { join } from "node:path";
import { DATA, VOLATILE } from "../model/paths.ts";
import { asUnitName } from "../unitfile/names.ts";
import { digest } from "../unitfile/hash.ts";
import { ifThere, namesIn } from "./files.ts";
import { DROP_IN_DIRECTORIES, readInvocations, WANTS_DIRECTORY } from "./unit-files.ts";

/**
 * Changes when anything on the host changes that a run would act on: a unit's file or drop-ins, what runs (by the links
 * that systemd keeps), exit records, files of pods. Costs a few system calls a container and no word with systemd.
 */
export function hostFingerprint(): string {
  const parts = [...readInvocations()].map(([name, id]) => `${name} ${id}`);
  for (const directory of DROP_IN_DIRECTORIES) {
    for (const name of namesIn(directory)) {
      if (asUnitName(name) !== undefined || (name.endsWith(".d") && asUnitName(name.slice(0, -2)) !== undefined))
        parts.push(stamp(join(directory, name)));
    }
  }
  parts.push(stamp(WANTS_DIRECTORY), stamp("/run/dbus/system_bus_socket"));
  for (const base of [`${DATA}/pods`, `${VOLATILE}/pods`]) {
    for (const uid of namesIn(base)) parts.push(stamp(join(base, uid)), stamp(join(base, uid, "volumes")));
  }
  return digest(parts.join("\n"), 40);
}

/** Of files for which being the same file, as long and as old, means having the same content. */
export function filesFingerprint(paths: readonly string[]): string {
  return digest(paths.map(stamp).join("\n"), 40);
}

function stamp(path: string): string {
  const stat = ifThere(() => lstatSync(path));
  return stat === undefined ? `${path} -` : `${path} ${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
}

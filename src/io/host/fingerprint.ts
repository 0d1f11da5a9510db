import { lstatSync } from "node:fs";
import { IMAGES, PULLS } from "../../model/image/image.ts";
import { RUN_DIR } from "../../model/paths.ts";
import { digest } from "../../unitfile/hash.ts";
import { asUnitName } from "../../unitfile/names.ts";
import { list } from "../files.ts";
import { DROP_IN_DIRECTORIES, readInvocations, WANTS_DIRECTORY } from "../systemd/unit-files.ts";

/** Cheaper than asUnitName(), for all that lies in these directories. */
const OURS = /^(unitlet|run-unitlet-|var-lib-unitlet-)/;

/**
 * Changes when anything on the host changes that a run would act on: a unit's file or drop-ins, what runs (by the links
 * that systemd keeps), exit records, files of pods. Costs a few system calls a container and no word with systemd.
 */
export function hostFingerprint(): string {
  const paths = [WANTS_DIRECTORY, "/run/dbus/system_bus_socket"];
  for (const directory of DROP_IN_DIRECTORIES) {
    for (const name of list(directory)) {
      if (OURS.test(name) && asUnitName(name.endsWith(".d") ? name.slice(0, -2) : name) !== undefined)
        paths.push(`${directory}/${name}`);
    }
  }
  // A container's start, back-off and end each leave or take a file there.
  for (const uid of list(`${RUN_DIR}/pods`)) paths.push(`${RUN_DIR}/pods/${uid}`);
  paths.push(`${IMAGES}/refs`, PULLS);
  const running = [...readInvocations()].flat().join(" ");
  return digest(running + filesFingerprint(paths), 40);
}

const NUMBERS = 4;

/** Of files for which being the same file, as long and as old, means having the same content. */
export function filesFingerprint(paths: readonly string[]): string {
  // Numbers as they are: turning a thousand of them into text costs more than asking for them.
  const numbers = new Float64Array(paths.length * NUMBERS);
  for (const [at, path] of paths.entries()) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat !== undefined) numbers.set([stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs], at * NUMBERS);
  }
  return digest(paths.join("\n"), 40) + digest(new Uint8Array(numbers.buffer), 40);
}

import type { Log } from "../log.ts";
import { VOLATILE } from "../model/paths.ts";
import { readIfThere, remove, writeWhole } from "./files.ts";

const PATH = `${VOLATILE}/trouble`;

/** Says once that the list of pods is not to be had, and once that it is again: not every few seconds all night. */
export function recallTrouble(log: Log, because: string | undefined): void {
  const before = readIfThere(PATH);
  if (because === before) return;
  if (because === undefined) {
    log.notice("the list of pods is complete again");
    remove(PATH);
    return;
  }
  log.error("the list of pods is not complete; nothing is removed", { because });
  writeWhole(PATH, because, 0o600);
}

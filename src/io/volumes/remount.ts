import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { podRunDir, podStateDir } from "../../model/paths.ts";
import type { RunningBinds } from "../../model/step.ts";
import { exists, list, remove, writeAtomic } from "../files.ts";

/** The longest time for one container: entering it takes milliseconds. */
const TIMEOUT_MS = 5000;

/** A run may not enter namespaces, so the helper runs in a transient unit without the restrictions of a run. */
const UNCONFINED = ["--quiet", "--collect", "--wait", "--pipe", "--property=RuntimeMaxSec=4", "--"];

/** Exists when a directory of a pod was made again while containers ran, until they have it. */
const REMOUNT = "remount";
const markPath = (uid: string) => `${podRunDir(uid)}/${REMOUNT}`;

/** True when running containers of the pod may still have directories that were removed. `names` are those in its directory. */
export function needsRemount(names: ReadonlySet<string>): boolean {
  return names.has(REMOUNT);
}

/** Records that a directory of the pod was made, when containers run that may have its predecessor. */
export function markRemount(uid: string): void {
  if (list(podRunDir(uid)).some((name) => name.endsWith(".started"))) writeAtomic(markPath(uid), "", 0o600);
}

/** Gives a running container the directories of the pod again. Throws when it cannot have them. */
export function remount(uid: string, { unit, words }: RunningBinds, libDir: string): void {
  makeTemporary(uid, words);
  execFileSync("/usr/bin/systemd-run", [...UNCONFINED, `${libDir}/container-remount`, unit, ...words], {
    timeout: TIMEOUT_MS,
    stdio: ["ignore", "ignore", "pipe"],
  });
}

/** Records that the running containers of the pod have its directories. */
export function clearRemount(uid: string): void {
  remove(markPath(uid));
}

/** Makes the /tmp and /var/tmp of a container again, as container-start does. */
function makeTemporary(uid: string, words: readonly string[]): void {
  for (const path of words.filter((word) => word.startsWith(`${podStateDir(uid)}/tmp/`) && !exists(word))) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o1777);
  }
}

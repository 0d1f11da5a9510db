import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { podRunDir, podStateDir } from "../../model/paths.ts";
import type { RunningBinds } from "../../model/step.ts";
import { exists, list, readOptional, remove, writeAtomic } from "../files.ts";

/** The longest time for one container: entering it takes milliseconds. */
const TIMEOUT_MS = 5000;

/** A run may not enter namespaces, so the helper runs in a transient unit without the restrictions of a run. */
const UNCONFINED = ["--quiet", "--collect", "--wait", "--pipe", "--property=RuntimeMaxSec=4", "--"];

/** Names the volumes of a pod, one a line, whose directories were made while containers ran, until these have them. */
const REMOUNT = "remount";
const markPath = (uid: string) => `${podRunDir(uid)}/${REMOUNT}`;

/** Returns the volumes of which running containers of the pod may still have directories that were removed; undefined: none. */
export function readRemount(uid: string): readonly string[] | undefined {
  return readOptional(markPath(uid))
    ?.split("\n")
    .filter((name) => name !== "");
}

/** Records that the directory of a volume was made, when containers run that may have its predecessor. */
export function markRemount(uid: string, volume: string): void {
  if (!list(podRunDir(uid)).some((name) => name.endsWith(".started"))) return;
  const volumes = new Set([...(readRemount(uid) ?? []), volume]);
  writeAtomic(markPath(uid), [...volumes].map((name) => `${name}\n`).join(""), 0o600);
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

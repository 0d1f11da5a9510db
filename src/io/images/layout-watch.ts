import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** The name of the transient units by which systemd watches layouts. */
const WATCH = "unitlet-images-layouts";

/**
 * Lets systemd start the import of archives when something arrives in these directories, until `endLayoutWatch`. unitlet-images.path
 * watches the directory above them alone. Throws an error.
 */
export function watchLayouts(layouts: readonly string[]): void {
  if (layouts.length === 0) return;
  const paths = layouts.flatMap((path) => [path, join(path, "blobs/sha256")]);
  const watched = paths.map((path) => `--path-property=PathChanged=${path}`);
  // Many blobs that arrive one after the other must not make the units fail.
  const limits = ["--property=StartLimitIntervalSec=0", "--property=Type=oneshot"];
  // A start has no effect while the service ends, which is after its last look.
  const start = ["/bin/sh", "-c", "sleep 2; exec systemctl start --no-block unitlet-images.service"];
  run("systemd-run", "--quiet", "--collect", `--unit=${WATCH}`, ...watched, ...limits, ...start);
}

/** The service may still wait for its 2 s, and while it is loaded `watchLayouts` cannot make another one. */
export function endLayoutWatch(): void {
  try {
    run("systemctl", "stop", `${WATCH}.path`, `${WATCH}.service`);
  } catch {
    // There is none.
  }
}

function run(program: string, ...words: readonly string[]): void {
  execFileSync(program, words, { stdio: ["ignore", "ignore", "pipe"] });
}

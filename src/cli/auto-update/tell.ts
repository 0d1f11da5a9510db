import { execFileSync } from "node:child_process";
import { whyUntrusted } from "../../io/administrator-program.ts";
import { type Log, logTo } from "../../log.ts";
import { type ImageChange, targetName, type UpdateResult, type UpdateTarget } from "../../model/auto-update.ts";
import type { Config } from "../../model/host/config.ts";
import { printable } from "../output.ts";

const IDENTIFIER = "unitlet-auto-update";
const HOOK_TIMEOUT_MS = 60_000;

/** Writes lines of the journal, also when the command was called by hand: `journalctl -t unitlet-auto-update` shows both. */
export function journal(): Log {
  return logTo((line) => {
    try {
      execFileSync("systemd-cat", [`--identifier=${IDENTIFIER}`], {
        input: printable(line),
        stdio: ["pipe", "ignore", "ignore"],
      });
    } catch {
      process.stderr.write(printable(line));
    }
  });
}

/** Tells the journal that an update begins. */
export function tellBegin(target: UpdateTarget, changes: readonly ImageChange[]): void {
  for (const change of changes) journal().notice("image update begins", fieldsOf(target, change));
}

/** Tells the journal and the hook of the administrator how an update has ended. */
export function tellEnd(target: UpdateTarget, last: UpdateResult, { autoUpdateHook }: Config): void {
  const log = journal();
  for (const change of last.changes) {
    const fields = { result: last.result, ...fieldsOf(target, change), because: last.because };
    if (last.result === "updated") log.notice("image update", fields);
    else log.warning("image update", fields);
    if (autoUpdateHook !== undefined) callHook(autoUpdateHook, environmentOf(target, change, last), log);
  }
}

function fieldsOf(target: UpdateTarget, { container, image, from, to }: ImageChange) {
  return { target: targetName(target), container, image, from, to };
}

function environmentOf(target: UpdateTarget, change: ImageChange, last: UpdateResult): Record<string, string> {
  return {
    UNITLET_RESULT: last.result.replaceAll(" ", "-"),
    UNITLET_KIND: target.kind,
    UNITLET_NAMESPACE: target.namespace,
    UNITLET_NAME: target.name,
    UNITLET_CONTAINER: change.container,
    UNITLET_IMAGE: change.image,
    UNITLET_OLD_DIGEST: change.from,
    UNITLET_NEW_DIGEST: change.to,
    // A program in the container has chosen parts of it.
    UNITLET_REASON: printable((last.because ?? "").replace(/\s+/g, " ")).replaceAll("\0", ""),
  };
}

/** A hook that fails or hangs changes nothing about the update. */
function callHook(path: string, environment: Record<string, string>, log: Log): void {
  const untrusted = whyUntrusted(path);
  if (untrusted !== undefined) {
    log.error("autoUpdateHook is not called", { path, because: untrusted });
    return;
  }
  try {
    const env = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ...environment };
    execFileSync(path, [], {
      env,
      cwd: "/",
      timeout: HOOK_TIMEOUT_MS,
      killSignal: "SIGKILL",
      stdio: ["ignore", "ignore", "inherit"],
    });
  } catch (error) {
    log.warning("autoUpdateHook has failed", { path, because: (error as Error).message });
  }
}

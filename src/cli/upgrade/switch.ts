import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { exists, readOptional } from "../../io/files.ts";
import { CliError } from "../failure.ts";
import { printError } from "../output.ts";
import type { Places } from "./places.ts";
import { SWITCH } from "./stage.ts";
import { TRIAL } from "./trees.ts";

/** One unit at a time has this name, so two switches cannot meet. unitlet-sync.service starts it as well. */
const UNIT = "unitlet-upgrade";
/** They wait for runs, which an upgrade holds back. */
const UPDATES = ["unitlet-auto-update", "unitlet-auto-update-resume"];
/** The time for a run that is under way, and three of the new version. */
const SECONDS = 240;

/**
 * Exchanges the versions, and waits for the end of the first run. It is a unit of systemd, which goes on without this process, and
 * whose ExecStopPost= also runs when it is killed. Returns what was done. Throws CliError when the earlier version is back.
 */
export function switchVersion({ versions }: Places): string {
  const script = join(versions, SWITCH);
  const properties = [
    `ExecStopPost=/bin/sh ${script} end`,
    `RuntimeMaxSec=${SECONDS}`,
    `TimeoutStopSec=${SECONDS}`,
    `SyslogIdentifier=${UNIT}`,
  ];
  const options = properties.flatMap((property) => ["-p", property]);
  const words = ["--quiet", "--wait", "--collect", `--unit=${UNIT}`, "--service-type=exec", ...options];
  const { status, stderr } = spawnSync("systemd-run", [...words, "/bin/sh", script, "try"], {
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  // systemd-run also fails when it loses systemd or is killed. The unit must not go on, and then puts the earlier version back.
  if (status !== 0) spawnSync("systemctl", ["stop", `${UNIT}.service`], { stdio: "ignore" });
  const result = readOptional(join(versions, "result"))?.trim();
  if (status === 0 && result !== undefined) return result;
  const because = result ?? readOptional(join(versions, "reason"))?.trim() ?? stderr.trim();
  throw new CliError(`unitlet upgrade: ${because}\nThe journal of the upgrade: journalctl -u ${UNIT}`);
}

/**
 * Ends an upgrade that was interrupted: the earlier version is put back, or the end of the work is done. Throws CliError, also while
 * another upgrade or an update of images is under way.
 */
export function repair({ programs, versions }: Places): void {
  // The process that has started it may have ended before it.
  if (isWorking(UNIT)) throw new CliError(`another upgrade is under way: journalctl --follow -u ${UNIT}`);
  if (UPDATES.some(isWorking))
    throw new CliError("an update of images is under way: repeat the upgrade when it has ended. Nothing was changed");
  const isPending = exists(join(versions, "pending"));
  // `starters` are units that a killed repair has stopped.
  if (!isPending && !exists(join(programs, TRIAL)) && !exists(join(versions, "starters"))) return;
  try {
    const words = ["--quiet", "--wait", "--collect", `--unit=${UNIT}`, "-p", `SyslogIdentifier=${UNIT}`];
    execFileSync("systemd-run", [...words, "/bin/sh", join(versions, SWITCH), "end"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
  } catch {
    throw new CliError(`an upgrade was interrupted, and could not be undone: journalctl -u ${UNIT} shows why`);
  }
  if (isPending) printError(readOptional(join(versions, "result"))?.trim() ?? "");
}

function isWorking(unit: string): boolean {
  const words = ["show", "-P", "ActiveState", `${unit}.service`];
  return /^(activating|active|deactivating|reloading)$/m.test(
    spawnSync("systemctl", words, { encoding: "utf8" }).stdout ?? "",
  );
}

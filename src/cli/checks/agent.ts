import { list, readOptional } from "../../io/files.ts";
import { Systemd } from "../../io/systemd/systemd.ts";
import { readUnits } from "../../io/systemd/unit-files.ts";
import type { Config } from "../../model/host/config.ts";
import { RUN_DIR } from "../../model/paths.ts";
import { error, type Finding, ok, warning } from "./finding.ts";
import { commandOutput } from "./host.ts";

const SYNC = "unitlet-sync.service";

/** Checks the agent's own units, and returns the problems that the last runs have reported. */
export function agentFindings(config: Config | undefined): readonly Finding[] {
  const wanted = ["unitlet-sync.timer", "unitlet-sync.path"];
  if (config?.cluster !== undefined) wanted.push("unitlet-api.socket");
  if (config?.cluster !== undefined && config.watch) wanted.push("unitlet-watch.service");
  return [...wanted.map(unit), lastRun(), ...problems()];
}

function unit(name: string): Finding {
  const state = property(name, "ActiveState");
  if (state === "active") return ok(name, "active");
  return error(
    name,
    `is ${state || "unknown"}: systemctl enable --now ${name}; systemctl status ${name} shows the reason`,
  );
}

function lastRun(): Finding {
  const what = "last run";
  if (property(SYNC, "ActiveState") === "failed") {
    const status = property(SYNC, "ExecMainStatus");
    return error(what, `ended with ${status}: journalctl -u unitlet-sync -n 20`);
  }
  // The condition itself ends with 0 or 1. systemd skips a run for its own statuses as well, such as 238 (STATE_DIRECTORY).
  const status = /status=(\d+)/.exec(property(SYNC, "ExecCondition"))?.[1] ?? "0";
  if (!["0", "1"].includes(status))
    return error(what, `systemd could not start it (status ${status}): journalctl -u unitlet-sync -n 20`);
  const stamp = commandOutput(
    "systemctl",
    "show",
    "--timestamp=unix",
    "--property=InactiveExitTimestamp",
    "--value",
    SYNC,
  );
  const began = Number(stamp.trim().replace("@", "") || Number.NaN) * 1000;
  if (Number.isNaN(began)) return ok(what, "ended well");
  const seconds = Math.max(0, Math.round((Date.now() - began) / 1000));
  return seconds < 60
    ? ok(what, `began ${seconds} s ago`)
    : error(what, `began ${seconds} s ago: systemctl status unitlet-sync.timer`);
}

function property(name: string, key: string): string {
  return commandOutput("systemctl", "show", "--property", key, "--value", name).trim();
}

/** Returns the problems that a run has logged and that still exist. */
function problems(): readonly Finding[] {
  const files = list(RUN_DIR).filter((name) => /^problem\.[a-z-]+$/.test(name));
  return files.map((name) => warning(name.replace("problem.", "problem: "), readOptional(`${RUN_DIR}/${name}`) ?? ""));
}

/** Checks the units of pods. `pods` are the UIDs of this node's pods; undefined when they could not be listed. */
export async function unitFindings(pods: ReadonlySet<string> | undefined): Promise<readonly Finding[]> {
  const systemd = await Systemd.connect();
  const listing = await systemd.list(["unitlet.*", "unitlet-*"]);
  systemd.close();
  const own = [...readUnits(listing).values()].filter(({ identity }) => identity !== undefined);
  const failed = own.filter(({ state }) => state?.active === "failed").map(({ name }) => name);
  const strays =
    pods === undefined ? [] : own.filter(({ identity }) => !pods.has(identity?.podUID ?? "")).map(({ name }) => name);
  return [
    ok("units of pods", String(own.length)),
    ...failed.map((name) =>
      warning(name, `has failed: journalctl -u ${name}; the next run starts it again if it should run`),
    ),
    ...strays.map((name) =>
      warning(
        name,
        "belongs to no pod of this node any more: the next runs stop and remove it; if it stays, journalctl -u unitlet-sync tells why",
      ),
    ),
  ];
}

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { exists } from "../../io/files.ts";
import { RUN_DIR } from "../../model/paths.ts";
import { CliError } from "../failure.ts";
import { describeEnd, endingSteps, inBoth, type PrintedPlan, type PrintedStep } from "./compare-plans.ts";
import type { Places } from "./places.ts";

const SECONDS = 60;
/** Both versions must read the files themselves, and not what a run of one of them has stored. */
const STORED = ["config.json", "manifests.json"].map((name) => join(RUN_DIR, name));
const HAS_CHANGES = 2;
/** A pod that ends between two plans is in one of them alone, and not in the same one each time. */
const REPEATS = 2;
const LAST_LINES = 20;

interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Returns the version of the programs in a directory. Throws CliError when they do not start. */
export function versionOf(programs: string, places: Places): string {
  const result = command(programs, places, "version");
  const version = /^unitlet (\S+)$/m.exec(result.stdout)?.[1];
  if (result.status !== 0 || version === undefined) throw failed("unitlet version", result);
  return version;
}

/**
 * Lets the new programs check the configuration of this host, and plan a run. They can write nothing. Returns what the configuration is,
 * in their words. Throws CliError when they refuse it, fail, or would end a container that the installed programs leave alone.
 */
export function selfTest(programs: string, places: Places): string {
  const verdict = command(programs, places, "check-config");
  if (verdict.status !== 0) throw failed("unitlet check-config", verdict);
  let ends = plannedEnds(programs, places);
  for (let repeat = 0; repeat < REPEATS && ends.length > 0; repeat++)
    ends = inBoth(plannedEnds(programs, places), ends);
  if (ends.length > 0)
    throw new CliError(
      `the first run of the new version would end what runs. Nothing was changed:\n${ends.map((end) => `  ${describeEnd(end)}`).join("\n")}`,
    );
  return verdict.stdout.trim();
}

/** Returns what a run of the new version would end now, and a run of the installed one would not. */
function plannedEnds(programs: string, places: Places): readonly PrintedStep[] {
  const after = planOf(programs, places);
  const before = planOf(places.programs, places);
  if (before.list.complete && !after.list.complete)
    throw new CliError(
      "the new version cannot read the list of pods, which the installed one can. Nothing was changed",
    );
  return endingSteps(before, after);
}

function planOf(programs: string, places: Places): PrintedPlan {
  const result = command(programs, places, "plan", "--json");
  try {
    const plan = JSON.parse(result.stdout) as PrintedPlan;
    // With 1 the list of pods is incomplete, such as without an API server.
    if (result.status === 0 || result.status === HAS_CHANGES || !plan.list.complete) return plan;
  } catch {}
  throw failed("unitlet plan", result, programs === places.programs ? "the installed version" : undefined);
}

function failed(what: string, { status, stdout, stderr }: Result, whose = "the new version"): CliError {
  const lines = (stderr.trim() || stdout.trim()).split("\n").slice(-LAST_LINES);
  const end = status === null ? "did not start" : `has failed with exit status ${status}`;
  return new CliError(`${what} of ${whose} ${end}. Nothing was changed:\n${lines.join("\n")}`);
}

/** Runs a command of a version with the paths of this host. systemd keeps it from writing anything. */
function command(programs: string, places: Places, ...words: readonly string[]): Result {
  const hidden = STORED.filter(exists).map((path) => `BindReadOnlyPaths=/dev/null:${path}`);
  const properties = ["ProtectSystem=strict", "PrivateTmp=yes", `RuntimeMaxSec=${SECONDS}`, ...hidden];
  const options = properties.flatMap((property) => ["-p", property]);
  const program = [join(programs, "node"), "--use-openssl-ca", join(programs, "run.cjs"), "cli"];
  const unit = ["--quiet", "--wait", "--pipe", "--collect", ...options, "-E", `UNITLET_LIB=${places.programs}`];
  return spawnSync("systemd-run", [...unit, ...program, ...words], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 256 * 1024 ** 2,
  });
}

import { chmodSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EX_USAGE } from "../model/exit-status.ts";
import { unitletVersion } from "../version.ts";
import { requireRoot } from "./agent.ts";
import { withDirectoryLock } from "./directory-lock.ts";
import { CliError } from "./failure.ts";
import { print } from "./output.ts";
import { trustedUsers } from "./upgrade/owners.ts";
import { hostPlaces, type Places } from "./upgrade/places.ts";
import { selfTest, versionOf } from "./upgrade/self-test.ts";
import { takeSource } from "./upgrade/source.ts";
import { checkSpace } from "./upgrade/space.ts";
import { checkRepair, clear, layOut, prepareSwitch, takeEarlier } from "./upgrade/stage.ts";
import { repair, switchVersion } from "./upgrade/switch.ts";
import { changesOf, installedTree, labelOf, storedTree, type Tree, unitsOf } from "./upgrade/trees.ts";

const UPGRADE_USAGE = `usage: unitlet upgrade --from PATH [--sha256 HEX] [--check]
       unitlet upgrade --rollback [--check]

Replaces the agent by another version, and restarts no pod. The new files are laid out beside the old ones. They must accept the
configuration of this host, and plan a run that ends nothing. Then both are exchanged, and the new version does a run. If that run
fails, or the upgrade is interrupted, the earlier version is put back. It is kept for --rollback.

  --from PATH    the .tar.gz of a release, with its checksum in SHA256SUMS beside it, an unpacked one, or a clone with a build
  --sha256 HEX   the checksum of the tarball, if there is no SHA256SUMS
  --check        show what would change, and change nothing
  --rollback     go back to the version before the last upgrade

examples:
  unitlet upgrade --check --from unitlet-0.2.0-linux-x64.tar.gz
  unitlet upgrade --from unitlet-0.2.0-linux-x64.tar.gz
  unitlet upgrade --rollback

exit status 0: done, or nothing to do; 1: nothing was changed, or the earlier version is back; 2: --check has found changes;
64: wrong usage
`;

const OPTIONS = {
  from: { type: "string" },
  sha256: { type: "string" },
  check: { type: "boolean" },
  rollback: { type: "boolean" },
} as const;

const HAS_CHANGES = 2;

/** `unitlet upgrade`: replaces the agent by another version, or puts back the one before. Throws CliError. */
export async function upgrade(args: readonly string[]): Promise<string> {
  if (args[0] === "--help") return UPGRADE_USAGE;
  const options = parsed(args);
  requireRoot(`upgrade ${args.join(" ")}`);
  const places = hostPlaces();
  process.umask(0o022);
  return await withDirectoryLock(places.versions, async () => {
    chmodSync(places.versions, 0o700);
    repair(places);
    clear(places);
    try {
      return upgradeTo(options, places);
    } finally {
      clear(places);
    }
  });
}

type Options = ReturnType<typeof parsed>;

function parsed(args: readonly string[]) {
  const usage = (problem: string) => new CliError(`unitlet upgrade: ${problem}\n\n${UPGRADE_USAGE}`, EX_USAGE);
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    if ((values.from === undefined) !== (values.rollback === true)) throw new Error("give either --from or --rollback");
    if (values.sha256 !== undefined && !/\.(tar\.gz|tgz)$/.test(values.from ?? ""))
      throw new Error("--sha256 is the checksum of a .tar.gz");
    return values;
  } catch (error) {
    throw usage((error as Error).message);
  }
}

function upgradeTo({ from, sha256, check }: Options, places: Places): string {
  const { versions } = places;
  if (from === undefined) takeEarlier(places);
  else {
    checkSpace(places);
    print("Checking and copying the new version\n");
    takeSource({ from, sha256, target: join(versions, "source"), trusted: trustedUsers(process.env) });
    layOut(places);
  }
  checkRepair(places);
  const staged = storedTree(join(versions, "new"));
  const installed = installedTree(places, unitsOf(join(versions, "new/lib")));
  const changes = changesOf(installed, staged);
  if (changes.length === 0) return `unitlet ${labelOf(unitletVersion, installed)} is installed already.\n`;
  print("Testing it with the configuration and the pods of this host\n");
  const labels = test(places, installed, staged);
  if (check) {
    process.exitCode = HAS_CHANGES;
    return `Would upgrade from ${labels.from} to ${labels.to}:\n${changes.map((change) => `  ${change}\n`).join("")}`;
  }
  print("Exchanging the versions and doing a run\n");
  prepareSwitch(places, installed, labels);
  return `${switchVersion(places)}\nTo go back: unitlet upgrade --rollback\n`;
}

/** Returns the names of both versions, once the new one has passed its test. */
function test(places: Places, installed: Tree, staged: Tree): { readonly from: string; readonly to: string } {
  const programs = join(places.versions, "new/lib");
  const to = labelOf(versionOf(programs, places), staged);
  print(`${selfTest(programs, places)}\n`);
  // This process may be of a version that was taken back since.
  return { from: labelOf(versionOf(places.programs, places), installed), to };
}

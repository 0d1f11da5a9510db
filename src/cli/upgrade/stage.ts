import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { exists, readOptional } from "../../io/files.ts";
import { CliError } from "../failure.ts";
import type { Places } from "./places.ts";
import { TRIAL, type Tree, unitsOf } from "./trees.ts";

/** The files that run a switch: copies of the installed version's, which no exchange replaces. */
export const SWITCH = "switch-version";
const PARTS = [SWITCH, "system-calls.pl"];

/** Removes what an upgrade has put beside the installed version. The version before stays, and all that a repair needs. */
export function clear({ versions }: Places): void {
  if (exists(join(versions, "pending"))) return;
  for (const name of ["new", "old", "source", "source.tar.gz", "tree"])
    rmSync(join(versions, name), { recursive: true, force: true });
}

/** Lets the install.sh of a new version lay out its files in `new`. Throws CliError. */
export function layOut({ prefix, programs, versions, command, units }: Places): void {
  const [source, tree, target] = ["source", "tree", "new"].map((name) => join(versions, name)) as [
    string,
    string,
    string,
  ];
  const env = { PATH: process.env.PATH, DESTDIR: tree, PREFIX: prefix };
  const script = [join(source, "install.sh"), "--from", join(source, "dist")];
  const { status, stderr, error } = spawnSync("sh", script, {
    env,
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (status !== 0)
    throw new CliError(
      `install.sh of the new version has failed, and nothing was changed: ${error?.message ?? stderr.trim()}`,
    );
  mkdirSync(target);
  renameSync(tree + programs, join(target, "lib"));
  renameSync(tree + command, join(target, "command"));
  for (const name of unitsOf(join(target, "lib"))) {
    mkdirSync(dirname(join(target, "units", name)), { recursive: true });
    renameSync(join(tree + units, name), join(target, "units", name));
  }
  for (const name of ["source", "tree"]) rmSync(join(versions, name), { recursive: true });
}

/** Makes the kept version the new one. Its files are shared, since nothing writes into them. Throws CliError. */
export function takeEarlier({ versions }: Places): void {
  if (!exists(join(versions, "before/lib")))
    throw new CliError("unitlet upgrade --rollback: no earlier version is kept. Nothing was changed");
  execFileSync("cp", ["-al", join(versions, "before"), join(versions, "new")]);
}

/** Checks that the runs of the version in `new` undo an upgrade after a power failure. Throws CliError. */
export function checkRepair({ versions }: Places): void {
  const unit = readOptional(join(versions, "new/units/unitlet-sync.service")) ?? "";
  if (unit.includes(`[ ! -e ${join(versions, "pending")} ]`)) return;
  throw new CliError(
    "unitlet upgrade: this version cannot undo an upgrade that is interrupted, as one that is older than `unitlet upgrade`. Nothing was changed: install it with its own install.sh",
  );
}

/** Adds what switch-version needs beside the new version: the names, and a copy of the present units and of the command. */
export function prepareSwitch(places: Places, installed: Tree, labels: { readonly from: string; readonly to: string }) {
  const { programs, versions, command, units } = places;
  const [target, old] = [join(versions, "new"), join(versions, "old")];
  mkdirSync(join(old, "units"), { recursive: true });
  for (const path of installed.keys()) {
    if (!path.startsWith("units/")) continue;
    const name = path.slice("units/".length);
    mkdirSync(dirname(join(old, path)), { recursive: true });
    cpSync(join(units, name), join(old, path), { preserveTimestamps: true });
  }
  cpSync(command, join(old, "command"), { preserveTimestamps: true });
  // A link to the kept version would change it.
  for (const directory of [target, old]) rmSync(join(directory, "version"), { force: true });
  writeFileSync(join(target, "version"), `${labels.to}\n`);
  writeFileSync(join(old, "version"), `${labels.from}\n`);
  writeFileSync(join(target, "lib", TRIAL), "");
  for (const name of ["result", "reason"]) rmSync(join(versions, name), { force: true });
  for (const part of PARTS) {
    copyFileSync(join(programs, part), join(versions, `${part}.new`));
    renameSync(join(versions, `${part}.new`), join(versions, part));
  }
}

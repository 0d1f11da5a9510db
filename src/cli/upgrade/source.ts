import { execFileSync } from "node:child_process";
import { copyFileSync, lstatSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { exists, isDirectory } from "../../io/files.ts";
import { CliError } from "../failure.ts";
import { checkRelease, listedSum } from "../release-checksum.ts";
import { checkEntries } from "./entries.ts";
import { checkOwner, checkPath, type Trusted } from "./owners.ts";

export interface SourceOptions {
  /** The tarball of a release, an unpacked one, a clone with a build, or its dist/. */
  readonly from: string;
  /** The checksum that an administrator has given. */
  readonly sha256?: string | undefined;
  /** The directory of root that gets install.sh, units/ and dist/. It does not exist. */
  readonly target: string;
  readonly trusted: Trusted;
}

/** Copies what an installation needs of a new version. What is checked is the copy, which no other user can change. Throws CliError. */
export function takeSource({ from, sha256, target, trusted }: SourceOptions): void {
  if (!exists(from)) throw new CliError(`--from ${from}: the file does not exist or cannot be read`);
  if (/\.(tar\.gz|tgz)$/.test(from)) takeTarball({ from, sha256, target, trusted });
  else takeDirectory(from, target, trusted);
  for (const file of ["install.sh", "units/install/manifest", "dist/run.cjs", "dist/node"])
    if (!exists(join(target, file)))
      throw new CliError(`--from ${from}: it is no release of unitlet and no clone with a build: it has no ${file}`);
}

function takeTarball({ from, sha256, target, trusted }: SourceOptions): void {
  const sums = join(dirname(from), "SHA256SUMS");
  // A checksum of the administrator proves the file, also one of another user.
  const release = sha256 === undefined ? checkPath(from, trusted) : from;
  const wanted = sha256 ?? (exists(sums) ? listedSum(from, checkPath(sums, trusted)) : undefined);
  const copy = `${target}.tar.gz`;
  copyFileSync(release, copy);
  try {
    checkRelease(from, wanted, copy);
    checkEntries(from, tar("--list", "--verbose", "--numeric-owner", "--gzip", "--file", copy));
    mkdirSync(target);
    const options = ["--strip-components=1", "--no-same-owner", "--no-same-permissions"];
    tar("--extract", "--gzip", "--file", copy, "-C", target, ...options);
  } finally {
    rmSync(copy, { force: true });
  }
}

function takeDirectory(from: string, target: string, trusted: Trusted): void {
  if (!isDirectory(from)) throw new CliError(`--from ${from}: expected a .tar.gz or a directory`);
  const given = exists(join(from, "run.cjs")) && exists(join(from, "../install.sh")) ? join(from, "..") : from;
  const top = checkPath(given, trusted);
  const node = [join(top, "dist/node"), join(top, "node_modules", `node-linux-${process.arch}`, "bin/node")].find(
    exists,
  );
  // In a directory that another user can change, a file may be another one by the time it is copied.
  const copy = (path: string, into: string) =>
    copyTree(join(checkPath(dirname(path), trusted), basename(path)), into, trusted);
  mkdirSync(join(target, "dist"), { recursive: true });
  for (const part of ["install.sh", "units"]) if (exists(join(top, part))) copy(join(top, part), join(target, part));
  for (const name of exists(join(top, "dist")) ? readdirSync(join(top, "dist")) : [])
    if (name.endsWith(".cjs")) copy(join(top, "dist", name), join(target, "dist", name));
  if (node !== undefined) copy(node, join(target, "dist/node"));
}

/** Copies files and directories that no other user can change. Throws CliError for links and all else. */
function copyTree(path: string, into: string, trusted: Trusted): void {
  const stats = lstatSync(path);
  if (!stats.isFile() && !stats.isDirectory()) throw new CliError(`--from: ${path} is neither a file nor a directory`);
  checkOwner(path, stats, trusted);
  if (stats.isFile()) {
    copyFileSync(path, into);
    return;
  }
  mkdirSync(into);
  for (const name of readdirSync(path)) copyTree(join(path, name), join(into, name), trusted);
}

function tar(...words: readonly string[]): string {
  try {
    const env = { ...process.env, LC_ALL: "C" };
    return execFileSync("tar", words, { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: string };
    throw new CliError(`tar: ${stderr?.trim().split("\n")[0] || message}`);
  }
}

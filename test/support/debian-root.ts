import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { promisify } from "node:util";

const CACHE = `${process.env.XDG_CACHE_HOME ?? `${homedir()}/.cache`}/unitlet/debian`;

/** What no program of these tests reads, and would make half of the image. */
const LEFT_OUT = [
  "usr/share/doc",
  "usr/share/man",
  "usr/share/locale",
  "usr/share/perl",
  "usr/lib/*/perl",
  "*libLLVM*",
];

/**
 * An archive with the files of these Debian packages and of all that they depend on, as they are in the packages: none of
 * their scripts has run. Fetched by apt once, and kept.
 */
export async function debianFiles(packages: readonly string[]): Promise<Buffer> {
  const root = `${CACHE}/${packages.join("+")}`;
  if (!existsSync(root)) {
    const work = `${root}.${process.pid}`;
    await mkdir(`${work}/debs/partial`, { recursive: true });
    await mkdir(`${work}/files`);
    const state = ["-o", "Dir::State::status=/dev/null", "-o", `Dir::Cache::archives=${work}/debs`];
    const flags = ["install", "-y", "-qq", "--download-only", "--no-install-recommends"];
    await call("apt-get", ...flags, ...state, ...packages);
    for (const file of await readdir(`${work}/debs`))
      if (file.endsWith(".deb")) await call("dpkg-deb", "-x", `${work}/debs/${file}`, `${work}/files`);
    await rename(`${work}/files`, root);
    await rm(work, { recursive: true });
  }
  const exclude = LEFT_OUT.map((path) => `--exclude=./${path}`);
  return await call("tar", "-C", root, "--numeric-owner", "--owner=0", "--group=0", ...exclude, "-c", ".");
}

async function call(program: string, ...args: readonly string[]): Promise<Buffer> {
  const options = { encoding: "buffer", maxBuffer: 2 ** 30 } as const;
  return (await promisify(execFile)(program, args, options)).stdout;
}

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { run } from "./run.ts";

/** The paths that no program of these tests reads. They would make half of the image. */
const LEFT_OUT = [
  "usr/share/doc",
  "usr/share/man",
  "usr/share/locale",
  "usr/share/perl",
  "usr/lib/*/perl",
  "*libLLVM*",
];

/** Returns an archive with the files of the packages in debian-root.sh. The preparation of a test run fetches them. */
export async function debianFiles(): Promise<Buffer> {
  const root = (await run(["test/support/debian-root.sh"])).stdout.trim();
  const exclude = LEFT_OUT.map((path) => `--exclude=./${path}`);
  const args = ["-C", root, "--numeric-owner", "--owner=0", "--group=0", ...exclude, "-c", "."];
  return (await promisify(execFile)("tar", args, { encoding: "buffer", maxBuffer: 2 ** 30 })).stdout;
}

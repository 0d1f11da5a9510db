import { execFileSync } from "node:child_process";
import { basename, dirname, join } from "node:path";
import { readOptional } from "../io/files.ts";
import { CliError } from "./failure.ts";

/**
 * Checks the tarball of a release as `install.sh --from` does: by `wanted`, or by SHA256SUMS beside it. `copy` is the file that is
 * read, if it is another one. Throws CliError.
 */
export function checkRelease(release: string, wanted = listedSum(release), copy = release): void {
  if (wanted === undefined)
    throw new CliError(
      `${release}: its checksum is not known. Put the release's SHA256SUMS beside it, or add --sha256 HEX`,
    );
  const actual = sumOf(copy);
  if (actual !== wanted.toLowerCase())
    throw new CliError(`${release}: the checksum is ${actual}, and should be ${wanted}. Nothing was written`);
}

/** Returns the checksum of the tarball in SHA256SUMS beside it, or in `sums`; undefined without one. */
export function listedSum(release: string, sums = join(dirname(release), "SHA256SUMS")): string | undefined {
  const lines = (readOptional(sums) ?? "").split("\n");
  const words = lines.map((line) => line.split(/ [ *]/));
  return words.find(([, name]) => name === basename(release))?.[0];
}

function sumOf(release: string): string {
  try {
    // Of a name with unusual characters, sha256sum prints a backslash first.
    const text = execFileSync("sha256sum", ["--", release], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    return text.replace(/^\\/, "").slice(0, 64);
  } catch (error) {
    const { stderr } = error as { readonly stderr?: string };
    throw new CliError(stderr?.trim() || (error as Error).message);
  }
}

import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type VulnerableTool, vulnerabilitiesOf } from "../../model/image/tool-vulnerabilities.ts";
import { RUN_DIR } from "../../model/paths.ts";
import { ignoreMissing, readOptional, writeBestEffort } from "../files.ts";
import { imageToolPaths } from "./image-tools.ts";

const CACHE = join(RUN_DIR, "image-tools.json");

/**
 * Returns the known holes of the installed programs for images. Without a change of these programs it reads one file; otherwise
 * it calls each of them once, in about 0.1 s. A package whose changelog names the hole has the fix of its distribution.
 */
export function readVulnerableTools(): readonly VulnerableTool[] {
  const paths = imageToolPaths();
  const key = paths.map(identity).join("\n");
  const cached = parseCache(readOptional(CACHE));
  if (cached?.key === key) return cached.vulnerable;
  const vulnerable = paths.flatMap(([tool, path]) =>
    vulnerabilitiesOf(tool, versionOf(tool, path)).filter(({ cve }) => !changelogOf(tool).includes(cve)),
  );
  writeBestEffort(CACHE, JSON.stringify({ key, vulnerable }), 0o600);
  return vulnerable;
}

interface Cache {
  readonly key: string;
  readonly vulnerable: readonly VulnerableTool[];
}

function parseCache(text: string | undefined): Cache | undefined {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function identity([tool, path]: readonly [tool: string, path: string]): string {
  const file = ignoreMissing(() => statSync(path));
  return `${tool} ${path} ${file?.ino} ${file?.size} ${file?.mtimeMs}`;
}

/** Returns the version, such as "1.8.1"; "" when the program does not say it. */
function versionOf(tool: string, path: string): string {
  return new RegExp(`^${tool} version (\\S+)`, "m").exec(output(path, "--version"))?.[1] ?? "";
}

/** Returns the changelog of the distribution's package: dpkg's file, or rpm's answer; "" when there is none. */
function changelogOf(tool: string): string {
  try {
    return gunzipSync(readFileSync(`/usr/share/doc/${tool}/changelog.Debian.gz`)).toString();
  } catch {
    return output("/usr/bin/rpm", "-q", "--changelog", tool);
  }
}

function output(program: string, ...args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 5000 });
  } catch {
    return "";
  }
}

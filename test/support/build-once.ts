import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Real machines run what users run: the bundles, built once before the first test. */
export function setup(): void {
  if (existsSync("esbuild.config.ts")) execFileSync(process.execPath, ["esbuild.config.ts"], { stdio: "inherit" });
}

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Real machines run what users run: the bundles, built once before the first test. */
export function setup(): void {
  if (existsSync("build.ts")) execFileSync(process.execPath, ["build.ts"], { stdio: "inherit" });
}

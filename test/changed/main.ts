// Prints the tests on machines and control planes that belong to what has changed since main, committed or not. Part of `npm run test:changed`.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { changesOf } from "../docs/changes.ts";
import { realTestsFor, rowsOf } from "./tests-for.ts";

const PAGE = "docs/contributing/where-to-change.md";

function git(...args: readonly string[]): string[] {
  return execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
    .split("\n")
    .filter(Boolean);
}

/** Where this branch has left main, which may exist only here; the commit before, on main itself. */
function base(): string {
  const [head] = git("rev-parse", "HEAD");
  for (const main of ["origin/main", "main"]) {
    try {
      const [fork = ""] = git("merge-base", "HEAD", main);
      return fork === head ? "HEAD~" : fork;
    } catch {
      // A clone of another branch alone, or a repository without a remote.
    }
  }
  return "HEAD~";
}

const files = [...git("diff", "--name-only", base()), ...git("ls-files", "--others", "--exclude-standard")];
const rows = rowsOf(changesOf(readFileSync(PAGE, "utf8")));
for (const test of realTestsFor(files, rows).filter((path) => existsSync(path))) console.log(test);

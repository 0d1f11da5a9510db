// Prints the tests on machines and control planes that belong to what has changed since main, committed or not. Part of `npm run test:changed`.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { tableRows } from "../docs/markdown.ts";
import { realTestsFor, rowsOf } from "./tests-for.ts";

/** The pages that may have the table. */
const PAGES = ["docs/contributing/where-to-change.md", "src/README.md"];

function git(...args: readonly string[]): string[] {
  return execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
    .split("\n")
    .filter(Boolean);
}

/** Where this branch has left main; the commit before, on main itself or without a remote. */
function base(): string {
  try {
    const [head] = git("rev-parse", "HEAD");
    const [fork = ""] = git("merge-base", "HEAD", "origin/main");
    return fork === head ? "HEAD~" : fork;
  } catch {
    return "HEAD~";
  }
}

const files = [...git("diff", "--name-only", base()), ...git("ls-files", "--others", "--exclude-standard")];
const rows = PAGES.filter((page) => existsSync(page)).flatMap((page) => rowsOf(tableRows(readFileSync(page, "utf8"))));
for (const test of realTestsFor(files, rows).filter((path) => existsSync(path))) console.log(test);

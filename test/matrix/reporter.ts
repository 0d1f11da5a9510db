import { appendFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import { LACKS } from "../machine/lacks.ts";
import type { FileResult } from "./results.ts";

/** Appends a line to a file at the end of each test file: `[PATH, FileResult]`. So a run that is ended has what it did. */
export class MatrixReporter implements Reporter {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  onTestModuleEnd(module: TestModule): void {
    appendFileSync(this.#path, `${JSON.stringify([relative(".", module.moduleId), resultOf(module)])}\n`);
  }
}

function resultOf(module: TestModule): FileResult {
  const tests = [...module.children.allTests()];
  const failed = tests.filter((test) => !hasPassed(test) && lackOf(test) === undefined).map(({ fullName }) => fullName);
  // A file that cannot be loaded, or a hook that throws, fails the file without a failed test.
  if (module.state() === "failed" && failed.length === 0) failed.push("(the file)");
  const lacks = Map.groupBy(tests.map(lackOf), (lack) => lack ?? "");
  const lacking = [...lacks].flatMap(([lack, each]) => (lack === "" ? [] : [[lack, each.length] as const]));
  return { passed: tests.filter(hasPassed).length, failed, lacking: Object.fromEntries(lacking) };
}

function hasPassed(test: TestCase): boolean {
  return test.result().state === "passed";
}

function lackOf(test: TestCase): string | undefined {
  const result = test.result();
  const note = result.state === "skipped" ? result.note : undefined;
  return note?.startsWith(LACKS) ? note.slice(LACKS.length) : undefined;
}

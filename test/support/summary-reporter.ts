import { relative, sep } from "node:path";
import type { Reporter, TestModule, Vitest } from "vitest/node";
import { LACKS } from "../machine/lacks.ts";
import { RETRY_BUDGET } from "./retries.ts";

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Prints the last lines of a test run: the duration of each file, the results of each folder, the failures and, in the
 * last line, the sum.
 */
export class SummaryReporter implements Reporter {
  private vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    reportDurations(modules);
    const kinds = new Map<string, Count>();
    const total: Count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      const count = countTests(module);
      const kind = kindOf(module.moduleId);
      kinds.set(kind, sum(kinds.get(kind), count));
      Object.assign(total, sum(total, count));
    }
    for (const [kind, count] of [...kinds].sort()) console.log(`${kind}: ${describe(count)}`);
    console.log(describeRetries(modules));
    total.skipped -= reportLacking(modules);
    this.refuseSkips(total);
    reportFailures(modules);
    console.log(`${total.passed} passed, ${total.failed} failed`);
  }

  /** Fails a run in CI that has skipped tests, unless tests were selected by name (-t). */
  private refuseSkips(total: Count): void {
    const chosen = this.vitest?.config.testNamePattern !== undefined;
    if (!process.env.CI || chosen || total.skipped === 0) return;
    console.log(`${total.skipped} skipped: that is a failure in CI, where every part must be there`);
    total.failed += total.skipped;
    process.exitCode = 1;
  }
}

/** Prints the tests that were skipped because the kernel of the machines lacks something, and returns their number. */
function reportLacking(modules: readonly TestModule[]): number {
  const lines = modules.flatMap((module) =>
    [...module.children.allTests("skipped")].flatMap((test) => {
      const result = test.result();
      const note = result.state === "skipped" ? result.note : undefined;
      return note?.startsWith(LACKS) ? [`not run, ${note}: ${relative(".", module.moduleId)} › ${test.fullName}`] : [];
    }),
  );
  for (const line of lines) console.log(line);
  return lines.length;
}

/** Prints each failure with the first line of its message: a log that is cut holds its last lines. */
function reportFailures(modules: readonly TestModule[]): void {
  for (const module of modules) {
    const tests = [...module.children.allTests("failed")].map((test) => [test.fullName, test.result().errors] as const);
    const failures = [...tests, ["the file", module.errors()] as const].filter(([, errors]) => errors?.length);
    for (const [name, errors] of failures) {
      const [first = ""] = errors?.[0]?.message.split("\n") ?? [];
      console.log(`failed: ${relative(".", module.moduleId)} › ${name}: ${first.slice(0, 500)}`);
    }
  }
}

/** Prints the durations of the test files, the slowest first. Files below one second are only counted. */
function reportDurations(modules: readonly TestModule[]): void {
  const durations = modules.map((module) => ({
    file: relative(".", module.moduleId),
    seconds: durationMs(module) / 1000,
  }));
  const slow = durations.filter(({ seconds }) => seconds >= 1).toSorted((a, b) => b.seconds - a.seconds);
  for (const { file, seconds } of slow) console.log(`${seconds.toFixed(1).padStart(7)} s  ${file}`);
  console.log(`${durations.length - slow.length} test files took less than 1 s each`);
}

function durationMs(module: TestModule): number {
  const { collectDuration, setupDuration, duration } = module.diagnostic();
  return collectDuration + setupDuration + duration;
}

function countTests(module: TestModule): Count {
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state !== "pending") count[state] += 1;
  }
  // A file that cannot be loaded, or a hook that throws, fails the file without a failed test.
  if (module.state() === "failed" && count.failed === 0) count.failed = 1;
  return count;
}

/** Returns a line with the number of retries, and one for each file with retries. */
function describeRetries(modules: readonly TestModule[]): string {
  const files = modules.flatMap((module) => {
    const retries = module.meta().retries ?? [];
    return retries.length > 0 ? [{ path: relative(".", module.moduleId), retries }] : [];
  });
  const total = files.reduce((count, { retries }) => count + retries.length, 0);
  const lines = files.map(({ path, retries }) => `  ${path}: ${retries.length}\n    ${retries.join("\n    ")}`);
  return [`retries in helpers: ${total} (each file may have ${RETRY_BUDGET})`, ...lines].join("\n");
}

function kindOf(path: string): string {
  return relative("test", path).split(sep)[0] ?? path;
}

function sum(a: Count | undefined, b: Count): Count {
  if (a === undefined) return b;
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

function describe(count: Count): string {
  const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : "";
  return `${count.passed} passed, ${count.failed} failed${skipped}`;
}

// npm run matrix [-- --only LANE,…] [-- --files PATH,…] [-- --hours N]: see test/README.md.
import { writeFileSync } from "node:fs";
import { run } from "../support/run.ts";
import { logOf, type Plan, runLane } from "./lane.ts";
import type { Lane } from "./lanes.ts";
import { MACHINE_FILES, parseOptions } from "./options.ts";
import { type LaneResult, RESULTS, readResults, textOf, withLane, withoutRemoved } from "./results.ts";

function say(text: string): void {
  console.error(`matrix: ${new Date().toTimeString().slice(0, 5)} ${text}`);
}

/** Runs a lane and stores its results. Returns whether all of it passed: one lane does not end the others. */
async function perform(lane: Lane, plan: Plan): Promise<boolean> {
  say(`${lane.name} begins, its log is ${logOf(lane, plan)}`);
  try {
    const result = await runLane(lane, plan);
    writeFileSync(RESULTS, textOf(withoutRemoved(withLane(readResults(), lane.name, result), MACHINE_FILES)));
    return describe(lane, result);
  } catch (error) {
    say(`${lane.name} was not run: ${(error as Error).message}`);
    return false;
  }
}

function describe({ name }: Lane, { files }: LaneResult): boolean {
  const results = Object.entries(files);
  const failed = results.flatMap(([file, each]) => each.failed.map((title) => `${file} › ${title}`));
  const lacking = results.flatMap(([, each]) => Object.values(each.lacking));
  const passed = results.reduce((sum, [, each]) => sum + each.passed, 0);
  for (const title of failed) say(`${name}: FAILED ${title}`);
  say(
    `${name}: ${passed} passed, ${failed.length} failed, ${lacking.reduce((a, b) => a + b, 0)} not run on that kernel`,
  );
  return failed.length === 0;
}

async function main(): Promise<number> {
  const { lanes, files, hours } = parseOptions(process.argv.slice(2));
  // A night has the time to compile the kernel that lacks less.
  process.env.UNITLET_TEST_KERNEL ??= "build";
  const commit = (await run(["git", "rev-parse", "--short", "HEAD"])).stdout.trim();
  let isGood = true;
  for (const lane of lanes) {
    const date = new Date().toISOString().slice(0, 10);
    isGood = (await perform(lane, { files, hours, date, commit, logs: "test/matrix/log" })) && isGood;
  }
  say(`the results are in test/matrix/results.json: npm test -- test/docs -u writes docs/compatibility.md from them`);
  return isGood ? 0 : 1;
}

process.exitCode = await main();

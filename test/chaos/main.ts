// npm run chaos [-- --kills N] [-- --pods N] [-- --only PART,…] [-- --seed N]: see test/README.md.
import { Cluster } from "../support/cluster.ts";
import { FaultProxy } from "../support/fault-proxy.ts";
import { churn } from "./churn.ts";
import { cutAnswers, killHelpers, killPeers, killRuns } from "./disturbances.ts";
import type { Footprint } from "./footprint.ts";
import { journalProblems } from "./journal.ts";
import { type Options, type Part, parseOptions } from "./options.ts";
import { say } from "./progress.ts";
import { Random } from "./random.ts";
import { soak, warmUp } from "./soak.ts";
import { Subject } from "./subject.ts";

const HOUR_MS = 3_600_000;

/** Disturbs the node during churn. Returns what happened, for the report. */
async function disturb(subject: Subject, part: Part, { kills }: Options, random: Random): Promise<string> {
  const during = async (work: Promise<unknown>) => {
    let isOver = false;
    const end = work.finally(() => {
      isOver = true;
    });
    const created = await churn(subject, random, () => isOver);
    await end;
    return `${created} pods created`;
  };
  const script = (text: string) => subject.machine.exec(text, { timeout: HOUR_MS, allowFailure: true });
  switch (part) {
    case "runs":
      return during(script(killRuns(random, kills)));
    case "helpers": {
      const killed = script(killHelpers(random, kills));
      const created = await during(killed);
      return `${created}, killed ${tally((await killed).stdout)}`;
    }
    case "peers":
      return during(script(killPeers(random, kills)));
    case "cuts": {
      subject.proxy.clear();
      subject.proxy.on(cutAnswers(random));
      const created = await during(new Promise((resolve) => setTimeout(resolve, kills * 1000)));
      const count = subject.proxy.requests.length;
      subject.proxy.clear();
      return `${created}, ${count} requests`;
    }
    default:
      return "";
  }
}

function tally(lines: string): string {
  const names = lines.split("\n").flatMap((line) => line.split("/").at(-1) || []);
  const counts = Map.groupBy(names, (name) => name);
  return [...counts].map(([name, each]) => `${each.length} ${name}`).join(", ");
}

/** Does one part and checks what it leaves. Returns the problems. */
async function perform(subject: Subject, part: Part, options: Options, before: Footprint): Promise<string[]> {
  const random = new Random(options.seed + part.length);
  say(`${part}: begins`);
  const happened = part === "soak" ? await soak(subject, options.pods) : await disturb(subject, part, options, random);
  if (happened) say(`${part}: ${happened}`);
  // What lost its helper may have ended otherwise than its program did.
  const lenient = part === "helpers" || part === "peers";
  const unsettled = await subject.settle({ lenient }).then(
    () => [],
    (error: Error) => [error.message],
  );
  if (unsettled.length === 0) say(`${part}: all pods are in their states`);
  const { left, gone, amounts } = await subject.compareAtRest(before);
  for (const { name, before: from, after } of amounts) say(`${part}: ${name}: ${from} before, ${after} after`);
  for (const line of gone) say(`${part}: gone: ${line}`);
  const grown = amounts.filter(({ isTooMuch }) => isTooMuch).map(({ name }) => `${name} has grown`);
  return [...unsettled, ...left.map((line) => `left: ${line}`), ...grown];
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), Date.now());
  say(`seed ${options.seed}`);
  const cluster = await Cluster.up();
  await using proxy = await FaultProxy.start(cluster);
  await using subject = await Subject.start(cluster, proxy);
  const before = await warmUp(subject);
  const problems: string[] = [];
  for (const part of options.parts) {
    const found = await perform(subject, part, options, before).catch((error: Error) => [error.message]);
    for (const problem of found) say(`${part}: ${problem}`);
    problems.push(...found.map((problem) => `${part}: ${problem}`));
  }
  problems.push(...(await journalProblems(subject.machine)));
  for (const problem of problems) say(`PROBLEM ${problem}`);
  say(
    problems.length === 0
      ? "nothing is left, and nothing was lost"
      : `${problems.length} problems, seed ${options.seed}`,
  );
  return problems.length === 0 ? 0 : 1;
}

process.exitCode = await main();

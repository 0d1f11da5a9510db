import { readFile, writeFile } from "node:fs/promises";
import { until } from "../support/until.ts";
import { CONDITION, KINDS } from "./idle.ts";
import { table } from "./report/table.ts";
import { number, summarise } from "./statistics.ts";
import { IS_IDLE, type Subject } from "./subject.ts";

/** A kind of work whose CPU time is compared with that of `node -e 0`. */
export interface Kind {
  readonly pods: number;
  readonly run: string;
}

export interface Checked extends Kind {
  readonly run: "no run needed" | "nothing changed" | "the full run";
}

export interface Ratio extends Kind {
  readonly measured: number;
  /** That of ratios.json; undefined when it has none. */
  readonly committed: number | undefined;
}

/** The cheapest ones, which an ordinary test compares. */
export const CHEAPEST: readonly Checked[] = [
  { pods: 0, run: "no run needed" },
  { pods: 0, run: "nothing changed" },
];
export const CHECKED: readonly Checked[] = [
  ...CHEAPEST,
  { pods: 0, run: "the full run" },
  { pods: 110, run: "no run needed" },
  { pods: 110, run: "nothing changed" },
  { pods: 110, run: "the full run" },
];

/** How much higher than the committed ratio a measured one may be. Ratios of one version differ by a third on a busy computer. */
const TOLERANCE = 1.8;
const COMMITTED = new URL("ratios.json", import.meta.url);

/** Ahead of a full run. The last run has left no entry of the fast path when it had something to do. */
const RENEW = "touch /run/unitlet/lease; rm -f /run/unitlet/fast-path.json";
const BEFORE = {
  "no run needed": `${KINDS.fastPath} /run/unitlet/lease-renewed`,
  "nothing changed": KINDS.fastPath,
  "the full run": KINDS.fullRun,
};

/** Measures each kind so many times in turns with `node -e 0`, so that other work on the computer slows down both. */
export async function measureRatios(
  subject: Subject,
  kinds: readonly Checked[],
  times: number,
): Promise<readonly Ratio[]> {
  const ratios: Ratio[] = [];
  for (const kind of kinds) {
    await subject.grow(kind.pods);
    await subject.stop();
    await subject.syncUntilIdle();
    ratios.push(await besideCommitted(kind, await measureRatio(subject, kind.run, times)));
  }
  return ratios;
}

/** Returns a measured ratio with the one of ratios.json. */
export async function besideCommitted(kind: Kind, measured: number): Promise<Ratio> {
  const committed = JSON.parse(await readFile(COMMITTED, "utf8")) as Readonly<Record<string, number>>;
  return { ...kind, measured, committed: committed[nameOf(kind)] };
}

async function measureRatio(subject: Subject, run: Checked["run"], times: number): Promise<number> {
  const sync = await subject.command();
  const [floor, own]: [number[], number[]] = [[], []];
  for (let at = 0; at < times; at += 1) {
    floor.push(...(await subject.measure([sync[0] ?? "", "-e", "0"], 1)).each);
    own.push(await measureOnce(subject, run, sync));
  }
  return summarise(own).median / summarise(floor).median;
}

/**
 * Measures right after a full run: what that leaves behind counts for a minute. A run may find a change by itself, and the list
 * may take longer than a tick waits, so this happens again until it is a run of this kind.
 */
async function measureOnce(subject: Subject, run: Checked["run"], sync: readonly string[]): Promise<number> {
  const probe = async () => {
    await subject.measure(sync, 1, RENEW);
    const command = run === "no run needed" ? CONDITION : sync;
    return (await subject.measure(command, 1, `${IS_IDLE} && ${BEFORE[run]}`)).each;
  };
  const [cpu = Number.NaN] = await until(probe, { what: `a run of the kind "${run}"` });
  return cpu;
}

/** True when there is no committed ratio, or the measured one is much higher. */
export function isTooHigh({ measured, committed = 0 }: Pick<Ratio, "measured" | "committed">): boolean {
  return !(measured <= committed * TOLERANCE);
}

/** Commits what was measured. */
export async function writeRatios(ratios: readonly Ratio[]): Promise<void> {
  const entries = ratios.map((ratio) => [nameOf(ratio), Number(ratio.measured.toPrecision(3))] as const);
  await writeFile(COMMITTED, `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`);
}

function nameOf({ pods, run }: Kind): string {
  return `${run}, ${pods} pods`;
}

export function ratioTable(ratios: readonly Ratio[]): string {
  const rows = ratios.map((ratio) => {
    const { pods, run, measured, committed } = ratio;
    const verdict = isTooHigh(ratio) ? "too high" : "as before";
    return [pods, run, number(measured), committed === undefined ? "none" : number(committed), verdict];
  });
  return table("CPU as a multiple of `node -e 0`", [["pods", "run", "measured", "committed", ""], ...rows]);
}

import { globSync } from "node:fs";
import { parseArgs } from "node:util";
import { allLanes, type Lane, nightlyLanes } from "./lanes.ts";

export interface Options {
  readonly lanes: readonly Lane[];
  /** Paths of test files, from the top of the clone. */
  readonly files: readonly string[];
  /** The longest time of a lane, in hours. */
  readonly hours: number;
}

/** The test files that need a machine or a control plane. */
export const MACHINE_FILES: readonly string[] = globSync("test/{systemd,control-plane,e2e,attacks}/**/*.test.ts", {
  cwd: new URL("../../", import.meta.url),
}).toSorted();

/** Parses the arguments of `npm run matrix`. Throws an error that names the wrong one. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      files: { type: "string", default: "test/" },
      hours: { type: "string", default: "6" },
    },
  });
  if (!/^[1-9]\d?$/.test(values.hours))
    throw new Error(`--hours ${values.hours}: expected a whole number from 1 to 99`);
  return {
    lanes: values.only === undefined ? nightlyLanes() : chooseLanes(values.only.split(",")),
    files: chooseFiles(values.files.split(",")),
    hours: Number(values.hours),
  };
}

/** A word is "all", a lane, or a kind: its lanes of a night. */
function chooseLanes(words: readonly string[]): Lane[] {
  const all = allLanes();
  const nightly = nightlyLanes().map(({ name }) => name);
  const fits = (word: string, { name, kind }: Lane) =>
    word === "all" || word === name || (word === kind && nightly.includes(name));
  const unknown = words.find((word) => !all.some((lane) => fits(word, lane)));
  if (unknown !== undefined)
    throw new Error(`--only ${unknown}: expected all, or some of ${all.map(({ name }) => name).join(",")}`);
  return all.filter((lane) => words.some((word) => fits(word, lane)));
}

/** A word selects the files whose path contains it, as an argument of Vitest does. */
function chooseFiles(words: readonly string[]): string[] {
  const unknown = words.find((word) => !MACHINE_FILES.some((file) => file.includes(word)));
  if (unknown !== undefined) throw new Error(`--files ${unknown}: no test file on machines has that in its path`);
  return MACHINE_FILES.filter((file) => words.some((word) => file.includes(word)));
}

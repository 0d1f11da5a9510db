import { parseArgs } from "node:util";

/** The parts of a chaos run in their order. The soak is last, so that it starts with what the others leave. */
export const PARTS = ["runs", "cuts", "helpers", "peers", "soak"] as const;
export type Part = (typeof PARTS)[number];

export interface Options {
  readonly parts: readonly Part[];
  /** The number of kills in each part but the soak. */
  readonly kills: number;
  /** The number of pods of each kind in the soak. */
  readonly pods: number;
  /** The same seed kills at the same times and creates the same pods. */
  readonly seed: number;
}

/** Parses the arguments of `npm run chaos`. Throws an error that names the wrong one. */
export function parseOptions(args: readonly string[], now: number): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: "string", default: "100" },
      pods: { type: "string", default: "2000" },
      only: { type: "string", default: PARTS.join(",") },
      seed: { type: "string", default: String(now % 1_000_000) },
    },
  });
  const parts = values.only.split(",");
  const unknown = parts.find((part) => !PARTS.some((known) => known === part));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: expected some of ${PARTS.join(",")}`);
  return {
    parts: PARTS.filter((part) => parts.includes(part)),
    kills: count("kills", values.kills),
    pods: count("pods", values.pods),
    seed: count("seed", values.seed),
  };
}

function count(name: string, text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new Error(`--${name} ${text}: expected a whole number`);
  return Number(text);
}

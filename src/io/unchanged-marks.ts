import { lstatSync, type Stats, statSync } from "node:fs";
import { hostname } from "node:os";
import type { Instant } from "../model/api/time.ts";
import { RUN_DIR } from "../model/paths.ts";
import { remove, writeBestEffort } from "./files.ts";
import { numbersOf } from "./host/fingerprint.ts";

const MARKS = `${RUN_DIR}/unchanged`;

/** What `run-needed` must find unchanged, so that no run is needed. It compares, and decides nothing itself. */
export interface Marks {
  /** The marks count from this time on, and not after the other. */
  readonly from: Instant;
  readonly until: Instant;
  /** The files that `run-needed` compares, as lines. */
  readonly files: readonly string[];
  /** Paths at which there must be nothing. */
  readonly absent: readonly string[];
  /** The targets of all links of a directory whose names begin with `prefix`. */
  readonly links: {
    readonly directory: string;
    readonly prefix: string;
    readonly targets: ReadonlyMap<string, string>;
  };
  /** A file that must be younger than `ms`. */
  readonly fresh?: { readonly path: string; readonly ms: number };
  /** The request for the list, and the list that it must return. */
  readonly list?: { readonly config: string; readonly bytes: number; readonly digest: string };
  /**
   * The files of the watch, and the numbers of `connection` before the list was requested. While they are the same, the watch's
   * process runs and `heard` is younger than `ms`, no list is requested.
   */
  readonly watch?: {
    readonly ms: number;
    readonly heard: string;
    readonly numbers: string;
    readonly connection: string;
  };
  /** Lines about what the host must still have. */
  readonly levels?: readonly string[];
  /** The renewal of the lease, when the file `stamp` is older than `ms`. `body` has `%s` in place of the time. */
  readonly renewal?: { readonly stamp: string; readonly ms: number; readonly config: string; readonly body: string };
  /** The file to which each tick without a run adds a line. */
  readonly count: string;
}

/** Stores the marks; removes the old ones when a path has a newline, which the format cannot express. */
export function writeMarks(marks: Marks): void {
  const text = marksText(marks, hostname());
  if (text === undefined) removeMarks();
  else writeBestEffort(MARKS, text, 0o600);
}

/** Removes the marks, so that the next tick starts a run. */
export function removeMarks(): void {
  remove(MARKS);
}

/** Returns the text that `run-needed` reads; undefined when it cannot be expressed. docs/files.md has the format. */
export function marksText(marks: Marks, host: string): string | undefined {
  const { from, until, files, absent, links, fresh, levels = [], renewal, list, watch, count } = marks;
  const lines = [
    `time ${from} ${until}`,
    `host ${host}`,
    ...(fresh === undefined ? [] : [`fresh ${fresh.ms} ${fresh.path}`]),
    ...absent.map((path) => `absent ${path}`),
    ...files,
    `links ${links.directory} ${links.prefix}`,
    ...[...links.targets].map(([name, target]) => `link-to ${target} ${name}`),
    ...levels,
    ...(renewal === undefined ? [] : [`lease ${renewal.ms} ${renewal.stamp} ${renewal.config} ${renewal.body}`]),
    ...(list === undefined ? [] : [`list ${list.bytes} ${list.digest} ${list.config}`]),
    ...(watch === undefined ? [] : [`watch ${watch.ms} ${watch.heard} ${watch.numbers} ${watch.connection}`]),
    `count ${count}`,
  ];
  return lines.some((line) => line.includes("\n")) ? undefined : `${lines.join("\n")}\n`;
}

/** Returns a line about a path, which differs as soon as the file, or the file that a link leads to, has changed. */
export function fileLine(path: string): string {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return `absent ${path}`;
  return stat.isSymbolicLink() ? `link ${hex(stat)} ${targetOf(path)} ${path}` : `file ${hex(stat)} ${path}`;
}

/** Returns what makes a difference as soon as the file has changed; undefined when there is none. */
export function fileNumbers(path: string): string | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat === undefined ? undefined : hex(stat);
}

/** The numbers as Node has them, so that no conversion to text can round them. */
function hex(stat: Stats): string {
  return Buffer.from(Float64Array.from(numbersOf(stat)).buffer).toString("hex");
}

function targetOf(path: string): string {
  try {
    return hex(statSync(path));
  } catch {
    return "-";
  }
}

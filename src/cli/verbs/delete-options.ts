import { parseArgs } from "node:util";
import { parseDuration } from "../../config/duration.ts";

/** What `unitlet delete` is asked for. */
export interface DeleteOptions {
  readonly files: readonly string[];
  /** KIND NAME… or KIND/NAME…; none with files. */
  readonly words: readonly string[];
  readonly namespace?: string | undefined;
  readonly selector?: string | undefined;
  /** In seconds; undefined: that of each pod. */
  readonly gracePeriod?: number | undefined;
  readonly wait: boolean;
  /** Undefined: as long as it takes. */
  readonly timeoutMs?: number | undefined;
  readonly ignoreNotFound: boolean;
  readonly isDry: boolean;
}

const OPTIONS = {
  filename: { type: "string", short: "f", multiple: true },
  namespace: { type: "string", short: "n" },
  selector: { type: "string", short: "l" },
  all: { type: "boolean" },
  "grace-period": { type: "string" },
  now: { type: "boolean" },
  force: { type: "boolean" },
  wait: { type: "boolean" },
  timeout: { type: "string" },
  "ignore-not-found": { type: "boolean" },
  "dry-run": { type: "boolean" },
} as const;

/** Options with a value that says what the option alone says, and those that take one back. */
const YES = /^--(wait|now|force|ignore-not-found|all)=true$|^--(dry-run)=(?:client|server)$/;
const NO = /^--(now|force|ignore-not-found|all)=false$|^--dry-run=none$/;

/** Returns the options of a command line. Throws an Error with what is wrong. */
export function deleteOptions(args: readonly string[]): DeleteOptions {
  const wait = args.findLast((each) => /^--wait(=(true|false))?$/.test(each)) !== "--wait=false";
  const words = args
    .filter((each) => each !== "--wait=false" && !NO.test(each))
    .map((each) => each.replace(YES, (_, one?: string, other?: string) => `--${one ?? other}`));
  const { values, positionals } = parseArgs({ args: words, options: OPTIONS, allowPositionals: true });
  const { filename: files = [], namespace, selector, all = false, timeout } = values;
  checkTargets(files, positionals, selector !== undefined || all);
  const timeoutMs = timeout === undefined || timeout === "0" || timeout === "0s" ? undefined : parseDuration(timeout);
  if (timeoutMs === undefined && timeout !== undefined && !/^0s?$/.test(timeout))
    throw new Error(`--timeout ${timeout}: expected a duration such as 90s`);
  return {
    files,
    words: positionals,
    namespace,
    selector,
    gracePeriod: gracePeriod(values),
    wait,
    timeoutMs,
    ignoreNotFound: values["ignore-not-found"] === true,
    isDry: values["dry-run"] === true,
  };
}

function checkTargets(files: readonly string[], words: readonly string[], isForAll: boolean): void {
  if (files.length > 0 && words.length > 0) throw new Error("give -f, or a kind with names, not both");
  if (files.length > 0) return;
  if (words.length === 0) throw new Error("name the objects, or give -f");
  const hasNames = words.length > 1 || words[0]?.includes("/");
  if (!hasNames && !isForAll) throw new Error(`name objects of ${words[0]}, or give -l or --all`);
  if (hasNames && isForAll) throw new Error("give names, or -l or --all, not both");
}

/** A grace period of 0 means 1 s without --force (`delete/delete.go: Complete`, v0.36). */
function gracePeriod(values: { now?: boolean; force?: boolean; "grace-period"?: string }): number | undefined {
  const { now = false, force = false, "grace-period": given } = values;
  if (given !== undefined && !/^(-1|\d{1,9})$/.test(given))
    throw new Error(`--grace-period ${given}: expected a number of seconds`);
  if (now && given !== undefined && given !== "-1") throw new Error("give --now or --grace-period, not both");
  if (now) return 1;
  if (given === undefined || given === "-1") return force ? 0 : undefined;
  return Number(given) === 0 && !force ? 1 : Number(given);
}

import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { parseDuration } from "../../config/duration.ts";
import { readConfig } from "../../io/config-files.ts";
import { containerLog } from "../../io/logs/container-log.ts";
import { findInstance, type Instance, LogError } from "../../io/logs/instance.ts";
import type { LogOptions } from "../../io/logs/log-options.ts";
import { readExits } from "../../io/pods/exit-records.ts";
import { containersOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import { EX_USAGE } from "../../model/exit-status.ts";
import { podStateDir } from "../../model/paths.ts";
import { requireRoot } from "../agent.ts";
import { CliError } from "../failure.ts";
import { printable, printError } from "../output.ts";
import { withPrefix } from "./prefix.ts";
import { targetContainer, targetPods } from "./target-pods.ts";

const LOGS_USAGE = `usage: unitlet logs POD [OPTION…]
       unitlet logs KIND/NAME [OPTION…]
       unitlet logs -l SELECTOR [OPTION…]

Prints what a container of this host has written, from the journal. KIND is what makes pods, such as deploy, and one of its pods
is taken.

  -n, --namespace NAME    the namespace; without it default
  -c, --container NAME    the container; without it the first one
  -f, --follow            go on until the container ends
  -p, --previous          the run before the last restart
  -l, --selector TEXT     all pods with these labels; the last 10 lines of each without --tail
  --tail N                the last N lines; -1: all
  --since DURATION        what is newer than this, such as 90s, 5m or 2h
  --since-time TIME       what is newer than this, such as 2026-05-01T12:00:00Z
  --limit-bytes N         N bytes at most
  --timestamps            with the time before each line
  --all-containers        of all containers of the pod
  --prefix                with [pod/POD/CONTAINER] before each line

examples:
  unitlet logs web
  unitlet logs -f --tail 20 web -c main
  unitlet logs deploy/web --since 5m --timestamps
  unitlet logs crash --previous
  unitlet logs -l app=web --prefix

exit status 0: done; 1: there is no such log; 64: wrong usage
`;

const OPTIONS = {
  namespace: { type: "string", short: "n" },
  container: { type: "string", short: "c" },
  follow: { type: "boolean", short: "f" },
  previous: { type: "boolean", short: "p" },
  selector: { type: "string", short: "l" },
  tail: { type: "string" },
  since: { type: "string" },
  "since-time": { type: "string" },
  "limit-bytes": { type: "string" },
  timestamps: { type: "boolean" },
  "all-containers": { type: "boolean" },
  prefix: { type: "boolean" },
} as const;

/** `unitlet logs`: prints the log of containers. */
export async function logs(args: readonly string[]): Promise<string> {
  if (args[0] === "--help") return LOGS_USAGE;
  const now = Date.now();
  const { values, name, wanted } = parsed(args, now);
  requireRoot(`logs ${args.join(" ")}`);
  const { config } = await readConfig();
  const pods = await targetPods(config, { name, namespace: values.namespace, selector: values.selector });
  const all = values["all-containers"] === true;
  const containers = pods.flatMap((pod) => {
    const names = all ? containersOf(pod.spec).map((each) => each.name) : [targetContainer(pod, values.container)];
    return names.map((container) => ({ pod, container }));
  });
  const copy = (each: PodContainer) => printLog(each, wanted, { now, hasPrefix: values.prefix === true });
  // Each log that is followed adds some.
  process.stdout.setMaxListeners(0);
  if (wanted.follow) await Promise.all(containers.map(copy));
  else for (const each of containers) await copy(each);
  return "";
}

function parsed(args: readonly string[], now: number) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const [name, extra] = positionals;
    if ((name === undefined) === (values.selector === undefined)) throw new Error("name one POD, or give -l");
    // kubectl takes the container as second argument.
    if (extra !== undefined && values.container !== undefined) throw new Error(`unexpected argument "${extra}"`);
    const container = values.container ?? extra;
    return { name, values: { ...values, container }, wanted: logOptions(values, now) };
  } catch (error) {
    throw new CliError(`unitlet logs: ${(error as Error).message}\n\n${LOGS_USAGE}`, EX_USAGE);
  }
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"];

function logOptions(values: Values, now: number): LogOptions {
  const tail = count("--tail", values.tail ?? (values.selector === undefined ? undefined : "10"));
  const limitBytes = count("--limit-bytes", values["limit-bytes"]);
  const since = sinceOf(values, now);
  return {
    follow: values.follow === true,
    previous: values.previous === true,
    timestamps: values.timestamps === true,
    ...(tail !== undefined && { tailLines: tail }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(since !== undefined && { since }),
  };
}

function count(option: string, text: string | undefined): number | undefined {
  if (text === undefined || text === "-1") return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new Error(`${option} ${text}: expected a number`);
  return Number(text);
}

function sinceOf(values: Values, now: number): number | undefined {
  const { since, "since-time": time } = values;
  if (since !== undefined && time !== undefined) throw new Error("give --since or --since-time, not both");
  const age = since === undefined ? undefined : parseDuration(since);
  if (since !== undefined && age === undefined) throw new Error(`--since ${since}: expected a duration such as 5m`);
  const at = time === undefined ? undefined : Date.parse(time);
  if (Number.isNaN(at)) throw new Error(`--since-time ${time}: expected a time such as 2026-05-01T12:00:00Z`);
  return age === undefined ? at : now - age;
}

interface PodContainer {
  readonly pod: Pod;
  readonly container: string;
}

/** Prints the log of one container, or why there is none. Those of other containers are printed all the same. */
async function printLog(
  { pod, container }: PodContainer,
  options: LogOptions,
  { now, hasPrefix }: { readonly now: number; readonly hasPrefix: boolean },
): Promise<void> {
  const instance = instanceOf({ pod, container }, options);
  if (instance === undefined) return;
  const gone = new AbortController();
  const log = containerLog(instance, options, now, gone.signal);
  const prefix = hasPrefix ? `[pod/${pod.metadata.name}/${container}] ` : "";
  try {
    await pipeline(Readable.from(shown(withPrefix(log, prefix))), process.stdout, { end: false });
  } finally {
    gone.abort();
  }
}

function instanceOf({ pod, container }: PodContainer, { previous }: LogOptions): Instance | undefined {
  try {
    const records = join(podStateDir(pod.metadata.uid), `${container}.exits`);
    return findInstance(pod, container, previous, () => readExits(records).exits);
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    printError(`Error (${error.status === 404 ? "NotFound" : "BadRequest"}): ${error.message}`);
    process.exitCode = 1;
    return undefined;
  }
}

/** A terminal would obey what a container has written, but for colours. Other readers get the exact bytes. */
async function* shown(log: AsyncIterable<Buffer>): AsyncGenerator<Buffer | string> {
  if (!process.stdout.isTTY) return yield* log;
  const decoder = new TextDecoder();
  let hasColours = false;
  for await (const bytes of log) {
    const text = withColours(decoder.decode(bytes, { stream: true }));
    hasColours ||= text.includes(ESCAPE);
    yield text;
  }
  // The last colour, or text that is not seen, would go on after the log.
  if (hasColours) yield `${ESCAPE}[0m`;
}

const ESCAPE = "\u001b";

/** Returns the text with its control characters as text, apart from those that set a colour. */
function withColours(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with one
  const parts = text.split(/(\u001b\[[0-9;]*m)/);
  return parts.map((part, index) => (index % 2 === 1 ? part : printable(part))).join("");
}

import { configPathsOf } from "../io/config-files.ts";
import { changedAt } from "../io/files.ts";
import { hostPaths } from "../io/host/fingerprint.ts";
import { curlConfig, removeCurlOptions, writeCurlOptions } from "../io/kube/curl-options.ts";
import { podListPath } from "../io/kube/kube.ts";
import { HEARTBEAT_STAMP } from "../io/kube/lease-stamps.ts";
import { NODE_NAME_FILE } from "../io/kube/node-name.ts";
import { SKIPPED_RUNS } from "../io/run-counts.ts";
import { TRIGGER_FILE } from "../io/systemd/sync-trigger.ts";
import {
  DROP_IN_DIRECTORIES,
  INVOCATION_DIRECTORY,
  OWN_INVOCATIONS,
  readInvocations,
} from "../io/systemd/unit-files.ts";
import { fileLine, type Marks, removeMarks, writeMarks } from "../io/unchanged-marks.ts";
import { WATCH_CONNECTION, WATCH_HEARD, WATCH_SILENCE_MS } from "../io/watch-connection.ts";
import type { Instant } from "../model/api/time.ts";
import type { Config } from "../model/host/config.ts";
import { RUN_DIR } from "../model/paths.ts";
import type { ListResult } from "../ports.ts";
import { FAST_PATH_FILE, readFastPath, runDigest } from "./fast-path.ts";
import { RENEW_INTERVAL_MS } from "./heartbeat.ts";
import type { RunInput } from "./input.ts";
import { tickRenewal } from "./renewal.ts";

/** An API server that takes longer is a run's business. `write-out` ends what curl prints with the status of the answer. */
const CURL_OPTIONS = [
  "silent",
  "globoff",
  "http1.1",
  "compressed",
  "max-time = 2",
  'noproxy = "*"',
  'header = "Accept: application/json"',
  'write-out = "\\n%{http_code}"',
];
/** The name of the files with the options of curl. */
const REQUEST = "list";
/** Times of files come from a clock that is a few milliseconds behind. */
const CLOCK_LAG_MS = 20;

/**
 * Stores what `run-needed` must find as this run has left it, so that the next ticks need no process of Node. It does so only
 * after a run that lets the next ones end on the fast path. Everything is read first, and the digest of the run once more after
 * it: when that is still the same, nothing has changed since the run observed it.
 */
export async function storeMarks(input: RunInput): Promise<void> {
  if (input.config.cluster === undefined) for (const name of [REQUEST, "lease"] as const) removeCurlOptions(name);
  const marks = await readMarks(input);
  if (marks === undefined) removeMarks();
  else writeMarks(marks);
}

async function readMarks(input: RunInput): Promise<Marks | undefined> {
  const { listResult, digestBefore, config, configKey, libDir, source, now } = input;
  const until = digestBefore === undefined ? undefined : readFastPath(digestBefore, input)?.until;
  const configPaths = configPathsOf(configKey);
  if (!listResult.ok || until === undefined || configPaths === undefined) return undefined;
  // No digest covers these paths, so what is there must be older than what has read it. A file that is added to one of the
  // directories while the others are read makes a difference.
  const listed = listResult.origin.files;
  // The digest of a standalone node's list covers its files, and that list is read again below.
  const [ofDirectory, ofRun] = config.cluster === undefined ? [listed, []] : [[], listed];
  const [once, each] = [pathsOfProcess(libDir, config), [...pathsOfRun(), ...ofRun]];
  const files = [...once, ...each].map(fileLine);
  const isChanged = (paths: readonly string[], since: Instant) =>
    paths.some((path) => (changedAt(path) ?? 0) > since - CLOCK_LAG_MS);
  if (isChanged(once, performance.timeOrigin) || isChanged(each, now)) return undefined;
  files.push(...[FAST_PATH_FILE, ...configPaths, ...ofDirectory, ...hostPaths(config)].map(fileLine));
  const running = [...readInvocations()].map(([unit, id]) => [`invocation:${unit}`, id] as const);
  const list = listRequest(config, listResult);
  if (list === undefined && config.cluster !== undefined) return undefined;
  const { until: renewedUntil, ...renewal } = (list === undefined ? undefined : tickRenewal(input)) ?? {};
  const again = config.cluster === undefined ? await source.list() : listResult;
  if (!again.ok || runDigest(input, again.digest) !== digestBefore) return undefined;
  return {
    from: until - config.syncFrequency,
    until: Math.min(until, renewedUntil ?? until),
    files,
    links: { directory: INVOCATION_DIRECTORY, prefix: OWN_INVOCATIONS, targets: new Map(running) },
    absent: [TRIGGER_FILE, `${RUN_DIR}/refusals.json`],
    ...(config.cluster !== undefined && { fresh: freshHeartbeat(config, renewedUntil === undefined) }),
    ...renewal,
    ...(list !== undefined && { list }),
    ...(renewedUntil !== undefined && watchMarks(input)),
    count: SKIPPED_RUNS,
  };
}

/** A watch that this run has failed to restart may be one of another API server. A run with such a problem comes every 10 s. */
function watchMarks({ config, watchConnection: numbers }: RunInput): Pick<Marks, "watch"> {
  if (!config.watch || numbers === undefined) return {};
  return { watch: { ms: WATCH_SILENCE_MS, heard: WATCH_HEARD, numbers, connection: WATCH_CONNECTION } };
}

/** A tick that cannot renew the lease leaves that to a run. Otherwise a heartbeat with all that belongs to it comes with a full run. */
function freshHeartbeat({ syncFrequency }: Config, isRenewedByRuns: boolean): NonNullable<Marks["fresh"]> {
  return { path: HEARTBEAT_STAMP, ms: isRenewedByRuns ? RENEW_INTERVAL_MS : syncFrequency };
}

/** What a process reads once: the code, the name under which this host has joined, and credentials that are copied. */
function pathsOfProcess(libDir: string, { cluster }: Config): readonly string[] {
  const token = cluster?.token !== undefined && "file" in cluster.token ? [cluster.token.file] : [];
  return [libDir, `${libDir}/run.cjs`, NODE_NAME_FILE, ...token];
}

/** Directories of many files, which each run reads. */
function pathsOfRun(): readonly string[] {
  return [...DROP_IN_DIRECTORIES, `${RUN_DIR}/pods`];
}

/** Returns the request for the list, whose options it writes; undefined when curl cannot make the request as the run does. */
function listRequest({ cluster, nodeName }: Config, listResult: ListResult): Marks["list"] {
  const isPossible = cluster !== undefined && cluster.tlsServerName === undefined && cluster.ca !== undefined;
  const { items } = listResult.ok ? listResult.origin : {};
  if (!isPossible || items === undefined) {
    for (const name of [REQUEST, "lease"] as const) removeCurlOptions(name);
    return undefined;
  }
  try {
    writeCurlOptions({ name: REQUEST, path: podListPath(nodeName), cluster, options: CURL_OPTIONS });
  } catch {
    // The disk is full, or the token's file cannot be read. Each run makes the request itself then, and reports why it cannot.
    return undefined;
  }
  return { config: curlConfig(REQUEST), ...items };
}

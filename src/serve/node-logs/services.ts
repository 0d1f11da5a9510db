import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, constants as zlib } from "node:zlib";
import { openBelow } from "../../io/journal/log-files.ts";
import { printJournal, unitsInJournal } from "../../io/journal/query.ts";
import { contentOf, LOG_DIRECTORY } from "./files.ts";
import type { NodeLogQuery } from "./query.ts";

/** Serves the entries of services in the journal, and the files below /var/log of services without entries. */
export async function serveServiceLogs(query: NodeLogQuery, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  response.setHeader("content-type", "text/plain;charset=UTF-8");
  const text = Readable.from(serviceLogs(query, gone.signal));
  if (response.req.headers["accept-encoding"] !== "gzip") return await pipeline(text, response);
  response.setHeader("content-encoding", "gzip");
  await pipeline(text, createGzip({ level: zlib.Z_BEST_SPEED }), response);
}

async function* serviceLogs({ services, options }: NodeLogQuery, signal: AbortSignal): AsyncGenerator<Buffer | string> {
  const journalUnits = await unitsInJournal();
  const hasEntries = (service: string) => journalUnits.has(service) || journalUnits.has(`${service}.service`);
  const units = services.filter(hasEntries);
  const others = services.filter((service) => !hasEntries(service));
  if (units.length > 0) yield* printJournal({ ...options, units }, signal);
  if (others.length > 0 && Object.keys(options).length > 0)
    yield `\noptions present and query resolved to log files for [${others.join(" ")}]\ntry without specifying options\n`;
  else for (const service of others) yield* fileOf(service);
}

/** Yields the first log file of a service (`kubelet_server_journal.go: heuristicsCopyFileLogs`, v1.36). */
async function* fileOf(service: string): AsyncGenerator<Buffer | string> {
  for (const segments of [[service], [`${service}.log`], [service, `${service}.log`]]) {
    const found = openBelow(LOG_DIRECTORY, segments);
    if (found?.kind === "file") return yield* contentOf(found);
  }
  yield `\nlog not found for ${service}\n`;
}

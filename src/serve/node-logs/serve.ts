import type { ServerResponse } from "node:http";
import { HttpError } from "../http/http-error.ts";
import { serveLogFile } from "./files.ts";
import { parseNodeLogQuery } from "./query.ts";
import { serveServiceLogs } from "./services.ts";

/** The number of queries at a time. Each runs a journalctl process. */
const MAX_CONCURRENT = 20;

let activeQueries = 0;

/** Serves GET /logs/…: the node log query, or files of /var/log. Throws HttpError before the response begins. */
export async function serveNodeLogs(
  path: readonly string[],
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const nodeLogQuery = parseNodeLogQuery(query);
  if (nodeLogQuery === undefined) return await serveLogFile(path, response);
  if (path.length > 0) throw new HttpError(406, "path not allowed in query mode\n");
  if (nodeLogQuery.file !== undefined)
    return await serveLogFile(nodeLogQuery.file.split("/").filter(Boolean), response);
  if (activeQueries >= MAX_CONCURRENT) throw new HttpError(429, "too many logs are being read on this node\n");
  activeQueries += 1;
  try {
    await serveServiceLogs(nodeLogQuery, response);
  } finally {
    activeQueries -= 1;
  }
}

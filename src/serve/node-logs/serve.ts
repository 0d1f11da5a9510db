import type { ServerResponse } from "node:http";
import { HttpError } from "../http/http-error.ts";
import { serveLogFile } from "./files.ts";
import { parseNodeLogQuery } from "./query.ts";
import { serveServiceLogs } from "./services.ts";

/** Each has a journalctl of its own. */
const MAX_CONCURRENT = 20;

let underWay = 0;

/** GET /logs/ and what is below it: the node log query, or files of /var/log. Throws Refusal as long as nothing has been sent. */
export async function serveNodeLogs(
  path: readonly string[],
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const asked = parseNodeLogQuery(query);
  if (asked === undefined) return await serveLogFile(path, response);
  if (path.length > 0) throw new HttpError(406, "path not allowed in query mode\n");
  if (asked.file !== undefined) return await serveLogFile(asked.file.split("/").filter(Boolean), response);
  if (underWay >= MAX_CONCURRENT) throw new HttpError(429, "too many logs are being read on this node\n");
  underWay += 1;
  try {
    await serveServiceLogs(asked, response);
  } finally {
    underWay -= 1;
  }
}

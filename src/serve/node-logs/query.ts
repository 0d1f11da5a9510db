import type { JournalFilter } from "../../io/journal/query.ts";
import type { Instant } from "../../model/api/time.ts";
import { HttpError } from "../http/http-error.ts";

/** The node log query (KEP-2258): services or one file. */
export interface NodeLogQuery {
  readonly services: readonly string[];
  readonly file?: string;
  readonly options: Omit<JournalFilter, "units">;
}

const MAX_SERVICES = 4;
const MAX_NAME_LENGTH = 256;
const MAX_LINES = 100_000;
const SAFE_NAME = /^[\w.:@-]+$/;

/**
 * Parses the query (`kubelet_server_journal.go: newNodeLogQuery`, v1.36). Undefined without parameters, when the path names a
 * file. Throws HttpError with 400 or 406.
 */
export function parseNodeLogQuery(query: URLSearchParams): NodeLogQuery | undefined {
  const queries = query.getAll("query");
  const files = queries.filter((each) => /[/\\]/.test(each));
  const services = queries.filter((each) => !/[/\\]/.test(each) && each.trim() !== "");
  if (queries.length > 0 && files.length + services.length === 0)
    badRequest("query", queries.join(), "may not be empty");
  const options = parseOptions(query);
  if (queries.length === 0 && Object.keys(options).length === 0) return undefined;
  check(services, files, options);
  return { services, options, ...(files[0] === undefined ? {} : { file: files[0].replaceAll("\\", "/") }) };
}

function parseOptions(query: URLSearchParams): NodeLogQuery["options"] {
  const value = <T>(key: string, read: (key: string, text: string) => T): T | undefined => {
    const text = query.get(key);
    return text ? read(key, text) : undefined;
  };
  const found = {
    since: value("sinceTime", time),
    until: value("untilTime", time),
    boot: value("boot", integer),
    lines: value("tailLines", integer),
    pattern: value("pattern", (_, text) => text),
  };
  return Object.fromEntries(Object.entries(found).filter(([, each]) => each !== undefined));
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)$/;

function time(key: string, text: string): Instant {
  const at = RFC3339.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? badRequest(key, text, "invalid time format") : at;
}

function integer(key: string, text: string): number {
  return /^[-+]?\d{1,15}$/.test(text) ? Number(text) : badRequest(key, text, "invalid syntax");
}

function check(services: readonly string[], files: readonly string[], options: NodeLogQuery["options"]): void {
  const { since, until, boot, lines } = options;
  for (const service of services) {
    if (service.length > MAX_NAME_LENGTH)
      notAcceptable("query", service, `length must be less than ${MAX_NAME_LENGTH}`);
    if (!SAFE_NAME.test(service)) notAcceptable("query", service, "input contains unsupported characters");
  }
  const all = [...services, ...files].join(", ");
  if (services.length > MAX_SERVICES)
    notAcceptable("query", all, `must have at most ${MAX_SERVICES} items, and there are ${services.length}`);
  if (all === "") notAcceptable("query", "", "cannot be empty with options");
  if (services.length > 0 && files.length > 0) notAcceptable("query", all, "cannot specify a file and service");
  if (files.length > 1) notAcceptable("query", all, "cannot specify more than one file");
  if (files.length > 0 && Object.keys(options).length > 0)
    notAcceptable("query", all, "cannot specify file with options");
  if (since !== undefined && until !== undefined && since > until)
    notAcceptable("untilTime", new Date(until).toISOString(), "must be after `sinceTime`");
  if (boot !== undefined && boot > 0) notAcceptable("boot", String(boot), "must be less than 1");
  if (lines !== undefined && (lines < 0 || lines > MAX_LINES))
    notAcceptable("tailLines", String(lines), `must be between 0 and ${MAX_LINES}, inclusive`);
}

function badRequest(field: string, value: string, detail: string): never {
  throw new HttpError(400, `${field}: Invalid value: ${JSON.stringify(value)}: ${detail}\n`);
}

function notAcceptable(field: string, value: string, detail: string): never {
  throw new HttpError(406, `${field}: Invalid value: ${JSON.stringify(value)}: ${detail}\n`);
}

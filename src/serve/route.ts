import type { ServerResponse } from "node:http";
import { serveAttach } from "./exec/attach.ts";
import { serveExec } from "./exec/exec.ts";
import { serveRun } from "./exec/run-command.ts";
import { HttpError } from "./http/http-error.ts";
import type { RequestTarget } from "./http/request-attributes.ts";
import type { RequestContext } from "./http/request-context.ts";
import { health } from "./info/health.ts";
import { readStats } from "./info/stats.ts";
import { INFO_ENDPOINTS } from "./info-endpoints.ts";
import { servePortForward } from "./remote/port-forward.ts";
import type { ServerContext } from "./server-context.ts";

type Endpoint = (
  server: ServerContext,
  target: RequestTarget,
  response: ServerResponse,
  context: RequestContext,
) => Promise<void>;

const NOT_FOUND = new HttpError(404, "404 page not found\n");

/** The endpoints by the first part of the path, each with a pattern for the whole path. The default method is GET. */
const ENDPOINTS: Readonly<Record<string, readonly [path: RegExp, endpoint: Endpoint, methods?: readonly string[]]>> = {
  attach: [/^attach(\/[^/]+){3,4}$/, serveAttached, ["GET", "POST"]],
  containerLogs: [/^containerLogs\/[^/]*\/[^/]*\/[^/]*$/, serveLogs],
  exec: [/^exec(\/[^/]+){3,4}$/, serveCommand, ["GET", "POST"]],
  healthz: [/^healthz(\/[^/]+)?$/, serveHealth],
  portForward: [/^portForward(\/[^/]+){2,3}$/, servePorts, ["GET", "POST"]],
  run: [/^run(\/[^/]+){3,4}$/, serveRun, ["POST"]],
  stats: [/^stats\/summary$/, serveStats],
  ...INFO_ENDPOINTS,
};

/** Serves the endpoint of a request. Throws HttpError and ApiError. */
export async function route(server: ServerContext, target: RequestTarget, context: RequestContext): Promise<void> {
  const { request, response } = context;
  const [first = ""] = target.segments;
  const [path, endpoint, methods = ["GET"]] = (Object.hasOwn(ENDPOINTS, first) ? ENDPOINTS[first] : undefined) ?? [];
  if (endpoint === undefined || !path?.test(target.segments.join("/"))) throw NOT_FOUND;
  if (!methods.includes(request.method ?? ""))
    throw new HttpError(405, "405: Method Not Allowed", { allow: methods.join(", ") });
  await endpoint(server, target, response, context);
}

/** Sends a whole response as plain text. */
export function send(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.setHeader("x-content-type-options", "nosniff");
  response.end(text);
}

async function serveLogs(
  { logs }: ServerContext,
  { segments, query }: RequestTarget,
  response: ServerResponse,
): Promise<void> {
  await logs.serve(segments.slice(1), query, response);
}

async function serveCommand(
  server: ServerContext,
  target: RequestTarget,
  _: ServerResponse,
  context: RequestContext,
): Promise<void> {
  await serveExec(server, target, context);
}

async function servePorts(
  server: ServerContext,
  target: RequestTarget,
  _: ServerResponse,
  context: RequestContext,
): Promise<void> {
  await servePortForward(server, target, context);
}

async function serveAttached(
  server: ServerContext,
  target: RequestTarget,
  _: ServerResponse,
  context: RequestContext,
): Promise<void> {
  await serveAttach(server, target, context);
}

async function serveHealth(_: ServerContext, { segments }: RequestTarget, response: ServerResponse): Promise<void> {
  const state = health(segments[1], Date.now());
  if (state === undefined) throw NOT_FOUND;
  send(response, state.status, state.text);
}

async function serveStats({ node }: ServerContext, { query }: RequestTarget, response: ServerResponse): Promise<void> {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(await readStats(node, query)));
}

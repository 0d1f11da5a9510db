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
  serving: ServerContext,
  target: RequestTarget,
  response: ServerResponse,
  exchange: RequestContext,
) => Promise<void>;

const NOT_FOUND = new HttpError(404, "404 page not found\n");

/** By the first part of the path, then by the whole; GET only, unless it says otherwise. */
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

/** Serves what is asked for; throws Refusal, ApiError. */
export async function route(serving: ServerContext, target: RequestTarget, exchange: RequestContext): Promise<void> {
  const { request, response } = exchange;
  const [first = ""] = target.segments;
  const [path, endpoint, methods = ["GET"]] = (Object.hasOwn(ENDPOINTS, first) ? ENDPOINTS[first] : undefined) ?? [];
  if (endpoint === undefined || !path?.test(target.segments.join("/"))) throw NOT_FOUND;
  if (!methods.includes(request.method ?? ""))
    throw new HttpError(405, "405: Method Not Allowed", { allow: methods.join(", ") });
  await endpoint(serving, target, response, exchange);
}

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
  serving: ServerContext,
  target: RequestTarget,
  _: ServerResponse,
  exchange: RequestContext,
): Promise<void> {
  await serveExec(serving, target, exchange);
}

async function servePorts(
  serving: ServerContext,
  target: RequestTarget,
  _: ServerResponse,
  exchange: RequestContext,
): Promise<void> {
  await servePortForward(serving, target, exchange);
}

async function serveAttached(
  serving: ServerContext,
  target: RequestTarget,
  _: ServerResponse,
  exchange: RequestContext,
): Promise<void> {
  await serveAttach(serving, target, exchange);
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

import type { IncomingMessage, ServerResponse } from "node:http";
import { readNodeUsage, readUnitUsage } from "../io/cgroups.ts";
import type { ApiClient } from "../io/http.ts";
import type { Kube } from "../io/kube.ts";
import type { Log } from "../log.ts";
import { health } from "./health.ts";
import type { ContainerLogs } from "./logs.ts";
import type { Memory } from "./memory.ts";
import { Refusal } from "./refusal.ts";
import { resourceMetrics } from "./resource-metrics.ts";
import { readStats } from "./stats.ts";
import type { Target } from "./target.ts";

export interface Serving {
  readonly node: string;
  readonly api: ApiClient;
  readonly kube: Kube;
  readonly memory: Memory;
  readonly logs: ContainerLogs;
  readonly log: Log;
}

type Endpoint = (serving: Serving, target: Target, response: ServerResponse) => Promise<void>;

const NOT_FOUND = new Refusal(404, "404 page not found\n");

/** By the first part of the path, then by the whole. */
const ENDPOINTS: Readonly<Record<string, readonly [path: RegExp, endpoint: Endpoint]>> = {
  containerLogs: [/^containerLogs\/[^/]*\/[^/]*\/[^/]*$/, serveLogs],
  healthz: [/^healthz(\/[^/]+)?$/, serveHealth],
  metrics: [/^metrics\/resource$/, serveResourceMetrics],
  pods: [/^pods$/, servePods],
  stats: [/^stats\/summary$/, serveStats],
};

/** Serves what is asked for; throws Refusal, ApiError. */
export async function route(serving: Serving, target: Target, request: IncomingMessage, response: ServerResponse) {
  const [first = ""] = target.segments;
  const [path, endpoint] = (Object.hasOwn(ENDPOINTS, first) ? ENDPOINTS[first] : undefined) ?? [];
  if (endpoint === undefined || !path?.test(target.segments.join("/"))) throw NOT_FOUND;
  if (request.method !== "GET") {
    response.setHeader("allow", "GET");
    throw new Refusal(405, "405: Method Not Allowed");
  }
  await endpoint(serving, target, response);
}

export function send(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.setHeader("x-content-type-options", "nosniff");
  response.end(text);
}

async function serveLogs({ logs }: Serving, { segments, query }: Target, response: ServerResponse): Promise<void> {
  await logs.serve(segments.slice(1), query, response);
}

async function serveHealth(_: Serving, { segments }: Target, response: ServerResponse): Promise<void> {
  const state = health(segments[1], Date.now());
  if (state === undefined) throw NOT_FOUND;
  send(response, state.status, state.text);
}

async function serveResourceMetrics(_: Serving, __: Target, response: ServerResponse): Promise<void> {
  response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8");
  response.end(resourceMetrics(readNodeUsage(), readUnitUsage(), Date.now()));
}

async function servePods({ kube }: Serving, _: Target, response: ServerResponse): Promise<void> {
  response.setHeader("content-type", "application/json");
  response.end(await kube.listPods());
}

async function serveStats({ node }: Serving, { query }: Target, response: ServerResponse): Promise<void> {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(await readStats(node, query)));
}

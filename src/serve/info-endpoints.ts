import type { ServerResponse } from "node:http";
import { CgroupFiles } from "../io/host/cgroup-files.ts";
import { readRunCounts } from "../io/run-counts.ts";
import { unitletVersion } from "../version.ts";
import { JSON_TYPE, reply, TEXT_TYPE } from "./http/reply.ts";
import type { RequestTarget } from "./http/request-attributes.ts";
import { configz } from "./info/configz.ts";
import { servePods, serveRunningPods } from "./info/pods.ts";
import { refuseCheckpoint, refuseDebug } from "./info/refused.ts";
import { statusz } from "./info/statusz.ts";
import { serveMetrics } from "./metrics/serve.ts";
import { serveNodeLogs } from "./node-logs/serve.ts";
import type { ServerContext } from "./server-context.ts";

type Endpoint = (server: ServerContext, target: RequestTarget, response: ServerResponse) => Promise<void>;
type Row = readonly [path: RegExp, endpoint: Endpoint, methods?: readonly string[]];

/** The endpoints that report about the node, and those that are disabled. They are rows of the table in route.ts. */
export const INFO_ENDPOINTS = {
  checkpoint: [/^checkpoint(\/[^/]+){3}$/, refuseCheckpoint, ["POST"]],
  configz: [/^configz$/, serveConfigz],
  debug: [/^debug\//, refuseDebug, ["GET", "POST", "PUT"]],
  logs: [/^logs(\/.*)?$/, serveLogDirectory],
  metrics: [/^metrics(\/(cadvisor|probes|resource|slis))?$/, serveAllMetrics],
  pods: [/^pods$/, ({ kube }, _, response) => servePods(kube, response)],
  runningpods: [/^runningpods$/, async (_, __, response) => serveRunningPods(response)],
  statusz: [/^statusz$/, serveStatusz],
} satisfies Readonly<Record<string, Row>>;

async function serveConfigz({ config }: ServerContext, _: RequestTarget, response: ServerResponse): Promise<void> {
  reply(response, JSON_TYPE, JSON.stringify(configz(config, new CgroupFiles().isUnified)));
}

async function serveLogDirectory(
  _: ServerContext,
  { segments, query }: RequestTarget,
  response: ServerResponse,
): Promise<void> {
  await serveNodeLogs(segments.slice(1), query, response);
}

async function serveAllMetrics(
  server: ServerContext,
  { segments }: RequestTarget,
  response: ServerResponse,
): Promise<void> {
  const client = server.config.cluster?.certificate;
  const shown = { serving: server.certificate, ...(client === undefined ? {} : { client }) };
  await serveMetrics({ node: server.node, shown }, segments[1] ?? "", response);
}

async function serveStatusz(_: ServerContext, __: RequestTarget, response: ServerResponse): Promise<void> {
  reply(response, TEXT_TYPE, statusz(unitletVersion, readRunCounts(), Date.now()));
}

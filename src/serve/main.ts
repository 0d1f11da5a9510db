import { readFileSync } from "node:fs";
import { readCached, writeCached } from "../io/cache.ts";
import { loadConfig } from "../io/config-files.ts";
import { readHost } from "../io/host/host.ts";
import { ApiClient } from "../io/kube/http.ts";
import { Kube } from "../io/kube/kube.ts";
import { killEndingSessions } from "../io/pods/session.ts";
import { logTo } from "../log.ts";
import { EX_CONFIG, EX_SOFTWARE } from "../model/exit-status.ts";
import { nodeAddresses } from "../model/host/addresses.ts";
import type { Cluster, Config, FileOrData } from "../model/host/config.ts";
import { AuthCache, type CacheEntry } from "./auth/auth-cache.ts";
import { ReviewLimits } from "./auth/review-limits.ts";
import { servingKeyPair } from "./auth/serving-pair.ts";
import { handleRequest } from "./handle-request.ts";
import { handedSockets, listen, onIdle } from "./http/listen.ts";
import { ContainerLogs } from "./logs/logs.ts";

/** The file of the AuthCache below /run/unitlet, mode 0600. Its entries outlive this process until they expire. */
const AUTH_CACHE = "api-answers";

const log = logTo((line) => process.stdout.write(line));

/** The process that serves port 10250. systemd starts it with the first connection, and it exits when idle. */
async function main(): Promise<void> {
  const { config } = await loadConfig();
  const { cluster, endpoint } = config;
  if (cluster === undefined || endpoint === undefined)
    throw Object.assign(new Error("this node has not joined a cluster, so no client can be authenticated"), {
      name: "ConfigError",
    });
  const sockets = handedSockets(process.env, process.pid);
  if (sockets === 0)
    throw new Error("systemd has passed no socket: start unitlet-api.socket, which starts this service");
  const clientCA = contentOf(endpoint.clientCA);
  const tls = { pair: servingKeyPair(endpoint, servingNames(config), Date.now()), ...(clientCA ? { clientCA } : {}) };
  const { server, saveCache } = createContext(config, cluster, tls.pair.certificate);
  const servers = await listen(sockets, tls, (context) => void handleRequest(server, context));
  const exit = () => {
    saveCache();
    killEndingSessions();
    process.exit(0);
  };
  process.once("SIGTERM", exit);
  onIdle(servers, endpoint.idleTimeout, exit);
}

function createContext(config: Config, cluster: Cluster, certificate: string) {
  const node = config.nodeName;
  const api = new ApiClient(cluster, config.apiServerTimeout, Number.POSITIVE_INFINITY);
  const key = `${cluster.server} ${node}`;
  const cache = new AuthCache(readCached<(readonly [string, CacheEntry])[]>(AUTH_CACHE, key) ?? [], Date.now);
  const reviews = new ReviewLimits(Date.now);
  const connections = { api, kube: new Kube(api, node), cache, reviews, logs: new ContainerLogs(api, node) };
  const server = { node, ...connections, log, config, certificate };
  return { server, saveCache: () => writeCached(AUTH_CACHE, key, cache.entries()) };
}

/** Returns the host names and addresses of this node. */
function servingNames(config: Config): string[] {
  const host = readHost(config.nodeIPs, Date.now(), {});
  return [...new Set([config.nodeName, host.hostname.toLowerCase(), ...nodeAddresses(host)])];
}

function contentOf(source: FileOrData | undefined): string | undefined {
  return source && ("data" in source ? source.data : readFileSync(source.file, "utf8"));
}

main().catch((error: Error) => {
  const isConfig = error.name === "ConfigError";
  log.error(isConfig ? "bad configuration" : "cannot serve", { because: error.message });
  if (!isConfig) log.error("stack", { stack: error.stack });
  process.exit(isConfig ? EX_CONFIG : EX_SOFTWARE);
});

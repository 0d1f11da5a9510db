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

/** In /run, mode 0600: who may do what outlives this process, for as long as it is good. */
const AUTH_CACHE = "api-answers";

const log = logTo((line) => process.stdout.write(line));

/** The process behind port 10250: started by systemd with the first connection, gone soon after the last. */
async function main(): Promise<void> {
  const { config } = await loadConfig();
  const { cluster, endpoint } = config;
  if (cluster === undefined || endpoint === undefined)
    throw Object.assign(new Error("this node has not joined a cluster: nobody may ask it"), { name: "ConfigError" });
  const sockets = handedSockets(process.env, process.pid);
  if (sockets === 0) throw new Error("no socket was handed over: start unitlet-api.socket, which starts this");
  const clientCA = contentOf(endpoint.clientCA);
  const tls = { pair: servingKeyPair(endpoint, names(config), Date.now()), ...(clientCA ? { clientCA } : {}) };
  const { serving, remember } = prepare(config, cluster, tls.pair.certificate);
  const servers = await listen(sockets, tls, (exchange) => void handleRequest(serving, exchange));
  const leave = () => {
    remember();
    killEndingSessions();
    process.exit(0);
  };
  process.once("SIGTERM", leave);
  onIdle(servers, endpoint.idleTimeout, leave);
}

function prepare(config: Config, cluster: Cluster, certificate: string) {
  const node = config.nodeName;
  const api = new ApiClient(cluster, config.apiServerTimeout, Number.POSITIVE_INFINITY);
  const key = `${cluster.server} ${node}`;
  const memory = new AuthCache(readCached<(readonly [string, CacheEntry])[]>(AUTH_CACHE, key) ?? [], Date.now);
  const reviews = new ReviewLimits(Date.now);
  const outside = { api, kube: new Kube(api, node), memory, reviews, logs: new ContainerLogs(api, node) };
  const serving = { node, ...outside, log, config, certificate };
  return { serving, remember: () => writeCached(AUTH_CACHE, key, memory.entries()) };
}

/** Under which this node is called. */
function names(config: Config): string[] {
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

import { readAdministratorFile } from "../io/administrator-file.ts";
import { readCached, writeCached } from "../io/cache.ts";
import { configFiles, readConfig } from "../io/config-files.ts";
import { filesFingerprint } from "../io/host/fingerprint.ts";
import { readHost } from "../io/host/host.ts";
import { ApiClient } from "../io/kube/http.ts";
import { Kube } from "../io/kube/kube.ts";
import type { Log } from "../log.ts";
import { nodeAddresses } from "../model/host/addresses.ts";
import type { Cluster, Config, Endpoint, FileOrData } from "../model/host/config.ts";
import { API_RUN_DIR, SERVING_KEY_PAIR } from "../model/paths.ts";
import { AuthCache, type CacheEntry } from "./auth/auth-cache.ts";
import { ReviewLimits } from "./auth/review-limits.ts";
import { SELF_SIGNED_FILE, servingKeyPair } from "./auth/serving-pair.ts";
import type { Tls } from "./http/listen.ts";
import { ContainerLogs } from "./logs/logs.ts";
import type { ServerContext } from "./server-context.ts";

/** The file of the AuthCache below /run/unitlet-api, mode 0600. Its entries outlive this process until they expire. */
const AUTH_CACHE = "api-answers";

/** The interval after which everything is read again, because a certificate or an address of the host may have expired. */
const REREAD_INTERVAL_MS = 3_600_000;

/** What the files say at one time: the settings of the port, its certificates, and the objects made from them. */
export interface ServingSettings {
  readonly tls: Tls;
  readonly server: ServerContext;
  /** Milliseconds without a connection after which the process ends. */
  readonly idleTimeout: number;
  readonly saveCache: () => void;
  /** The files that were read. */
  readonly files: readonly string[];
}

/** Returns what the files say now. Throws ConfigError, also on a host that has not joined a cluster. */
export async function loadServingSettings(log: Log, before?: ServingSettings): Promise<ServingSettings> {
  const { config, kubeconfig } = await readConfig();
  const { cluster, endpoint } = config;
  if (cluster === undefined || endpoint === undefined)
    throw Object.assign(new Error("this node has not joined a cluster, so no client can be authenticated"), {
      name: "ConfigError",
    });
  const clientCA = contentOf(endpoint.clientCA);
  const tls = { pair: servingKeyPair(endpoint, servingNames(config), Date.now()), ...(clientCA ? { clientCA } : {}) };
  const { server, saveCache } = createContext(config, cluster, { certificate: tls.pair.certificate, log, before });
  const files = [kubeconfig, SERVING_KEY_PAIR, SELF_SIGNED_FILE, ...namedFiles(cluster, endpoint)];
  return { tls, server, idleTimeout: endpoint.idleTimeout, saveCache, files };
}

/** Returns a digest of the files; it changes when one of them does, and after REREAD_INTERVAL_MS. */
export function servingDigest({ files }: ServingSettings, now: number): string {
  return `${Math.floor(now / REREAD_INTERVAL_MS)} ${filesFingerprint([...configFiles(), ...files])}`;
}

interface ContextInput {
  readonly certificate: string;
  readonly log: Log;
  readonly before: ServingSettings | undefined;
}

function createContext(config: Config, cluster: Cluster, { certificate, log, before }: ContextInput) {
  const node = config.nodeName;
  const api = new ApiClient(cluster, config.apiServerTimeout, Number.POSITIVE_INFINITY);
  const key = `${cluster.server} ${node}`;
  before?.saveCache();
  const entries = readCached<(readonly [string, CacheEntry])[]>(AUTH_CACHE, key, API_RUN_DIR) ?? [];
  const cache = new AuthCache(entries, Date.now);
  const reviews = before?.server.reviews ?? new ReviewLimits(Date.now);
  const connections = { api, kube: new Kube(api, node), cache, reviews, logs: new ContainerLogs(api, node) };
  const server: ServerContext = { node, ...connections, log, config, certificate };
  return { server, saveCache: () => writeCached(AUTH_CACHE, key, cache.entries(), API_RUN_DIR) };
}

/** Returns the host names and addresses of this node. */
function servingNames(config: Config): string[] {
  const host = readHost(config.nodeIPs, Date.now(), {});
  return [...new Set([config.nodeName, host.hostname.toLowerCase(), ...nodeAddresses(host)])];
}

function namedFiles(cluster: Cluster, { clientCA, servingPair }: Endpoint): string[] {
  const sources = [cluster.ca, cluster.certificate, cluster.key, cluster.token, clientCA];
  const files = sources.flatMap((source) => (source !== undefined && "file" in source ? [source.file] : []));
  return [...files, ...Object.values(servingPair ?? {})];
}

function contentOf(source: FileOrData | undefined): string | undefined {
  return source && ("data" in source ? source.data : readAdministratorFile(source.file).toString());
}

import type { ApiClient } from "../io/kube/http.ts";
import type { Kube } from "../io/kube/kube.ts";
import type { Log } from "../log.ts";
import type { Config } from "../model/host/config.ts";
import type { AuthCache } from "./auth/auth-cache.ts";
import type { ReviewLimits } from "./auth/review-limits.ts";
import type { ContainerLogs } from "./logs/logs.ts";

export interface ServerContext {
  readonly node: string;
  readonly api: ApiClient;
  readonly kube: Kube;
  readonly memory: AuthCache;
  readonly reviews: ReviewLimits;
  readonly logs: ContainerLogs;
  readonly log: Log;
  readonly config: Config;
  /** PEM, of what the port is served with. */
  readonly certificate: string;
}

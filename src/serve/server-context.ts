import type { ApiClient } from "../io/kube/http.ts";
import type { Kube } from "../io/kube/kube.ts";
import type { Log } from "../log.ts";
import type { Config } from "../model/host/config.ts";
import type { AuthCache } from "./auth/auth-cache.ts";
import type { ReviewLimits } from "./auth/review-limits.ts";
import type { ContainerLogs } from "./logs/logs.ts";

/** The objects that all requests of this process share. */
export interface ServerContext {
  readonly node: string;
  readonly api: ApiClient;
  readonly kube: Kube;
  readonly cache: AuthCache;
  readonly reviews: ReviewLimits;
  readonly logs: ContainerLogs;
  readonly log: Log;
  readonly config: Config;
  /** The serving certificate, as PEM. */
  readonly certificate: string;
}

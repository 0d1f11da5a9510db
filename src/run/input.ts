import type { Kube } from "../io/kube/kube.ts";
import type { Log } from "../log.ts";
import type { Instant } from "../model/api/time.ts";
import type { Config } from "../model/host/config.ts";
import type { ListResult, PodSource } from "../ports.ts";

/** What a run is given: the configuration and the ends of all connections. */
export interface SyncInput {
  readonly config: Config;
  /** Changes whenever a file of the configuration does. */
  readonly configKey: string;
  /** Undefined on a standalone host. */
  readonly kube?: Kube;
  readonly source: PodSource;
  /** The directory of the helpers that units execute. */
  readonly libDir: string;
  readonly log: Log;
  readonly now: Instant;
  /** The host shuts down: the run reports what is, and changes nothing on the host. */
  readonly shuttingDown: boolean;
}

/** What the closer look of a run is given besides. */
export interface RunInput extends SyncInput {
  readonly listResult: ListResult;
  /** Digest of all that a run acts on, taken before the closer look: a later change makes another digest. */
  readonly digestBefore: string | undefined;
  /** The Node object is to be brought up to date: the API server answers. */
  readonly isNodeDue: boolean;
}

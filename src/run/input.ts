import type { Kube } from "../io/kube/kube.ts";
import type { Log } from "../log.ts";
import type { Instant } from "../model/api/time.ts";
import type { Config } from "../model/host/config.ts";
import type { ListResult, PodSource } from "../ports.ts";

/** The input of a run: the configuration and the ends of all connections. */
export interface SyncInput {
  readonly config: Config;
  /** Changes whenever a file of the configuration does. */
  readonly configKey: string;
  /** The API server; undefined on a standalone host. */
  readonly kube?: Kube;
  readonly source: PodSource;
  /** The directory of the helpers that units execute. */
  readonly libDir: string;
  readonly log: Log;
  readonly now: Instant;
  /** True while the host shuts down: the run reports the state, and changes nothing on the host. */
  readonly shuttingDown: boolean;
}

/** The input of the part of a run that looks closer. */
export interface RunInput extends SyncInput {
  readonly listResult: ListResult;
  /** The watch's connection, as it was before the list was requested; undefined without one. */
  readonly watchConnection?: string;
  /** Digest of all that a run acts on, taken before the closer look: a later change makes another digest. */
  readonly digestBefore: string | undefined;
  /** True when the Node object is to be brought up to date, because the API server answers. */
  readonly isNodeDue: boolean;
}

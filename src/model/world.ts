import type { Node } from "./api/node.ts";
import type { Pod } from "./api/pod.ts";
import type { Instant } from "./api/time.ts";
import type { ContainerHistory } from "./exit-record.ts";
import type { Config } from "./host/config.ts";
import type { Host } from "./host/host.ts";
import type { PodUsage } from "./host/usage.ts";
import type { Images } from "./image/image.ts";
import type { ResolvedReferences } from "./references.ts";
import type { HostFileType } from "./storage.ts";
import type { ActualUnit, UnitName, UnitState } from "./unit.ts";

/** One immutable snapshot of all that a run may know. */
export interface World {
  readonly now: Instant;
  readonly config: Config;
  readonly host: Host;
  readonly pods: PodList;
  /** Asked for when there are pods to admit; undefined: there is no API server, or it did not answer. */
  readonly node?: Node;
  readonly units: ReadonlyMap<UnitName, ActualUnit>;
  /** By pod UID; a pod without a directory has no entry. */
  readonly directories: ReadonlyMap<string, PodDirectory>;
  readonly references: ResolvedReferences;
  /** Units of the agent itself that a run looks after; undefined when systemd has not loaded them. */
  readonly agent: {
    readonly watch: UnitState | undefined;
    readonly path: UnitState | undefined;
    readonly socket?: UnitState | undefined;
    /** Those that a shutdown needs, and that are not up. */
    readonly inactive: readonly string[];
  };
  /** By pod UID; undefined: nothing depends on it, the host has enough. */
  readonly usage?: ReadonlyMap<string, PodUsage>;
  /** Directories that pods name and the host does not have. */
  /** Of the images that pods name. */
  readonly images?: Images;
  readonly absentDirectories: ReadonlySet<string>;
  /** What is at the paths of the host that volumes name; no entry: nothing. */
  readonly hostFiles: ReadonlyMap<string, HostFileType>;
  /** Texts of files that containers have written for variables of others, by keys of translate/env-file.ts. */
  readonly envFiles?: ReadonlyMap<string, string>;
}

/** Incomplete: the source could not be read to its end; then nothing may be removed, and `items` are not to be trusted to be all. */
export type PodList =
  | { readonly complete: true; readonly items: readonly Pod[] }
  | { readonly complete: false; readonly items: readonly Pod[]; readonly because: string };

export interface PodDirectory {
  readonly uid: string;
  /** What the pod was given is kept on disk, encrypted. */
  readonly sealed?: boolean;
  /** When it was first asked to stop. */
  readonly stoppingSince?: Instant;
  /** Seconds that the delete gave it then, or since. */
  readonly stoppingGrace?: number;
  /** By container name. */
  readonly histories: ReadonlyMap<string, ContainerHistory>;
  /** Name → text of the files in /run/unitlet/pods/UID. */
  readonly files: ReadonlyMap<string, string>;
  /** Digests of the volumes that were written, by name. */
  readonly volumes: ReadonlyMap<string, string>;
  /** Keys of what was prepared for its volumes, as model/storage.ts makes them. */
  readonly storage?: ReadonlySet<string>;
  /** Why paths within volumes cannot be mounted, by where they would be. */
  readonly failures?: ReadonlyMap<string, string>;
}

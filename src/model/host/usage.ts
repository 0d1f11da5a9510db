/** The usage of a pod that evictions depend on, in bytes and counts. */
export interface PodUsage {
  /** The working set: memory without inactive page cache. */
  readonly memory: number;
  readonly processes: number;
  /** Bytes of emptyDirs on disk, of the containers' writable layers and of their termination messages. */
  readonly disk: number;
  readonly inodes: number;
  /** Working set by container. */
  readonly containers: ReadonlyMap<string, number>;
  /** Bytes on disk by container: its writable layer and its termination message. */
  readonly containerDisk: ReadonlyMap<string, number>;
  /** Bytes by emptyDir volume. */
  readonly volumes: ReadonlyMap<string, number>;
}

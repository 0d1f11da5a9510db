/** The usage of a pod that evictions depend on, in bytes and counts. */
export interface PodUsage {
  /** The working set: memory without inactive page cache. */
  readonly memory: number;
  readonly processes: number;
  /** Bytes of emptyDirs on disk and of `containerDisk`. */
  readonly disk: number;
  readonly inodes: number;
  /** Working set by container. */
  readonly containers: ReadonlyMap<string, number>;
  /** Bytes on disk by container: its writable layer, its /tmp and /var/tmp, its termination message and its log. */
  readonly containerDisk: ReadonlyMap<string, number>;
  /** Bytes by emptyDir volume. */
  readonly volumes: ReadonlyMap<string, number>;
}

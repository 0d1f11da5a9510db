/** What a pod uses of what its host is short of. Bytes and numbers. */
export interface PodUsage {
  /** The working set: what was not in use lately is not counted. */
  readonly memory: number;
  readonly processes: number;
  /** Of the volumes that are the pod's own. */
  readonly disk: number;
  readonly inodes: number;
  /** Working set by container. */
  readonly containers: ReadonlyMap<string, number>;
  /** Bytes by emptyDir volume. */
  readonly volumes: ReadonlyMap<string, number>;
}

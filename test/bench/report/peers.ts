/**
 * The other two agents that make a systemd host a node, measured once on the same work by the same method, each in a machine
 * of two processors: systemk's last commit, and the kubelet 1.36.3 with containerd 1.6 and runc 1.1.
 */
interface Peer {
  readonly name: string;
  /** CPU ms of the whole machine in a minute, by pods. */
  readonly minute: Readonly<Record<number, number>>;
  /** MiB of the resident processes at rest, by pods: RSS of systemk; PSS of the kubelet, containerd and its shims. */
  readonly memory: Readonly<Record<number, number>>;
  /** Median and p95 in ms. */
  readonly running: readonly [number, number?];
  readonly gone: readonly [number, number?];
  /** 100 pods: seconds until all run, CPU ms a pod, seconds until all are gone. */
  readonly burst: readonly [number, string, number];
}

export const SYSTEMK: Peer = {
  name: "systemk",
  minute: { 0: 20, 30: 1700, 110: 6000 },
  memory: { 0: 44.5, 30: 47, 110: 47.5 },
  running: [3100, 4700],
  gone: [1200],
  burst: [27, "30–47", 43],
};

export const KUBELET: Peer = {
  name: "kubelet",
  minute: { 0: 650, 30: 2300, 110: 5000 },
  memory: { 0: 142, 30: 259, 110: 560 },
  running: [160, 305],
  gone: [1100, 2400],
  burst: [13.3, "100–175", 14.5],
};

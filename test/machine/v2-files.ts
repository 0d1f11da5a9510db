/**
 * The test files that `npm test` also runs on a machine with cgroup v2 alone and a newer systemd: those about cgroups, units, mounts,
 * namespaces, the journal and installation.
 */
export const V2_FILES: readonly string[] = [
  "test/systemd/device-plugins.test.ts",
  "test/systemd/install.test.ts",
  "test/systemd/machine.test.ts",
  "test/systemd/golden.test.ts",
  "test/systemd/container-enter.test.ts",
  "test/e2e/node/system-oom.test.ts",
  "test/e2e/pods/limits.test.ts",
  "test/e2e/pods/oom-kills.test.ts",
  "test/e2e/pods/memory-reservation.test.ts",
  "test/e2e/pods/resize.test.ts",
  "test/e2e/pods/isolation.test.ts",
  "test/e2e/pods/volumes.test.ts",
  "test/e2e/kubelet-port/kernel-counts.test.ts",
  "test/e2e/kubelet-port/long-logs.test.ts",
];

/** More of these files, which only `npm run test:slow` runs there. */
export const V2_SLOW_FILES: readonly string[] = [
  "test/e2e/kubelet-port/logs.test.ts",
  "test/e2e/images/image-rights.test.ts",
];

/** The test files that need swap of their own, or devices which the kernels of many computers lack. Only machines of the kind v2 run them. */
export const V2_ALONE_FILES: readonly string[] = [
  "test/systemd/device-plugins.test.ts",
  "test/e2e/kubelet-port/kernel-counts.test.ts",
];

/** The test files whose machines are on a LAN. Only machines of the kind nspawn can be. */
export const LAN_FILES: readonly string[] = [
  "test/e2e/network/flannel.test.ts",
  "test/e2e/network/kube-router.test.ts",
  "test/e2e/network/nodes.test.ts",
];

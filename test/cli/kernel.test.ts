import { expect, test } from "vitest";
import { type KernelInput, kernelFindings } from "../../src/cli/checks/kernel.ts";
import type { KernelFeatures } from "../../src/model/host/kernel-features.ts";

const FEATURES: KernelFeatures = {
  cgroups: "v2",
  controllers: ["cpuset", "cpu", "io", "memory", "pids"],
  missingCalls: [],
  showsFilters: true,
  countsPressure: true,
  limitsSwap: true,
};
const INPUT: KernelInput = { features: FEATURES, landlockABI: 6, swapTotal: 2 ** 30, config: { unfencedRoot: "deny" } };

const lines = (change: Partial<KernelInput>, features: Partial<KernelFeatures> = {}) =>
  kernelFindings({ ...INPUT, ...change, features: { ...FEATURES, ...features } }).map(
    ({ level, what, message }) => `${level}: ${what}: ${message}`,
  );

test("a kernel that has it all", () => {
  expect(lines({})).toEqual([
    "ok: cgroups: v2",
    "ok: fence: Landlock ABI 6: processes on the host's files cannot inspect others, signal them or connect to their abstract Unix sockets",
    "ok: pressure: the kernel counts it (PSI)",
    "ok: swap: the host swaps, and the kernel limits that of containers",
  ]);
});

test.each([
  [
    "two controllers",
    lines({}, { controllers: ["cpu", "memory"] }),
    "warning: cgroups: v2, no pids: podPidsLimit has no effect, and a pod can use up the processes of the host; no io: the I/O of pods is not counted; see cgroup_disable= on the kernel's command line, or boot with cgroup_enable=pids",
  ],
  [
    "openat2",
    lines({}, { missingCalls: ["openat2"] }),
    "error: kernel: lacks openat2, or a filter of system calls forbids it: no container on the host's files starts. Linux 5.12 has all of them",
  ],
  [
    "CONFIG_CHECKPOINT_RESTORE",
    lines({}, { showsFilters: false }),
    "warning: exec: the kernel does not show system call filters (CONFIG_CHECKPOINT_RESTORE): kubectl exec, hooks and probes run no command in a container on the host's files that has a seccomp profile",
  ],
  [
    "Landlock",
    lines({ landlockABI: 0 }),
    "warning: fence: the kernel has no Landlock, or the host no perl: processes on the host's files are not fenced from others; containers that run as root on them are refused, unless unfencedRoot = allow",
  ],
  [
    "Landlock, where the administrator allows that",
    lines({ landlockABI: 0, config: { unfencedRoot: "allow" } }),
    "warning: fence: the kernel has no Landlock, or the host no perl: processes on the host's files are not fenced from others; unfencedRoot = allow: also those of root",
  ],
  [
    "PSI",
    lines({}, { countsPressure: false }),
    "warning: pressure: the kernel does not count it (PSI): /stats/summary and /metrics/cadvisor have none; boot with psi=1, if the kernel has CONFIG_PSI",
  ],
  [
    "the accounting of swap",
    lines({}, { limitsSwap: false }),
    "warning: swap: the host swaps, and containers do so without a limit: boot without swapaccount=0, with CONFIG_SWAP",
  ],
  [
    "cgroup v2",
    lines({}, { cgroups: "v1", limitsSwap: false }),
    "warning: swap: the host swaps, and containers do so without a limit: systemd limits swap on cgroup v2 only",
  ],
])("a kernel without %s: what that means, and what to do", (_, found, expected) => {
  expect(found.filter((line) => !line.startsWith("ok: "))).toEqual([expected]);
});

test("a host without swap needs no limit of it", () => {
  expect(lines({ swapTotal: 0 }, { limitsSwap: false }).filter((line) => line.includes(" swap: "))).toEqual([]);
});

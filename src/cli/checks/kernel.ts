import type { Config } from "../../model/host/config.ts";
import type { KernelFeatures } from "../../model/host/kernel-features.ts";
import { canFence, describeFence } from "../../model/host/landlock.ts";
import { error, type Finding, ok, warning } from "./finding.ts";

/** What the check of the kernel depends on. */
export interface KernelInput {
  readonly features: KernelFeatures;
  readonly landlockABI: number;
  /** Bytes. */
  readonly swapTotal: number;
  readonly config: Pick<Config, "unfencedRoot"> | undefined;
}

/** What does not work without a controller of cgroups. */
const CONTROLLERS: Readonly<Record<string, string>> = {
  cpu: "requests and limits of CPU have no effect",
  memory: "limits of memory have no effect, and evictions do not know what pods use",
  pids: "podPidsLimit has no effect, and a pod can use up the processes of the host",
  io: "the I/O of pods is not counted",
};

/** Returns what the kernel has and lacks, and the effect of each lack. unitlet works without all of it but the system calls. */
export function kernelFindings({ features, landlockABI, swapTotal, config }: KernelInput): readonly Finding[] {
  return [
    cgroups(features),
    ...calls(features),
    ...filters(features),
    fence(landlockABI, config),
    pressure(features),
    ...swap(features, swapTotal),
  ];
}

function cgroups({ cgroups: version, controllers }: KernelFeatures): Finding {
  const missing = Object.keys(CONTROLLERS).filter((name) => !controllers.includes(name));
  if (missing.length === 0) return ok("cgroups", version);
  const effects = missing.map((name) => `no ${name}: ${CONTROLLERS[name]}`).join("; ");
  const remedy = "see cgroup_disable= on the kernel's command line, or boot with cgroup_enable=";
  return warning("cgroups", `${version}, ${effects}; ${remedy}${missing[0]}`);
}

function calls({ missingCalls }: KernelFeatures): Finding[] {
  if (missingCalls.length === 0) return [];
  const names = missingCalls.join(", ");
  return [
    error(
      "kernel",
      `lacks ${names}, or a filter of system calls forbids it: no container on the host's files starts. Linux 5.12 has all of them`,
    ),
  ];
}

function filters({ showsFilters }: KernelFeatures): Finding[] {
  if (showsFilters) return [];
  return [
    warning(
      "exec",
      "the kernel does not show system call filters (CONFIG_CHECKPOINT_RESTORE): kubectl exec, hooks and probes run no command in a container on the host's files that has a seccomp profile",
    ),
  ];
}

/** Says which parts of the fence around processes on the host's files the kernel has. */
function fence(abi: number, config: KernelInput["config"]): Finding {
  if (canFence(abi)) return ok("fence", describeFence(abi));
  const effect =
    config?.unfencedRoot === "allow"
      ? "unfencedRoot = allow: also those of root"
      : "containers that run as root on them are refused, unless unfencedRoot = allow";
  return warning("fence", `${describeFence(abi)}; ${effect}`);
}

function pressure({ countsPressure }: KernelFeatures): Finding {
  if (countsPressure) return ok("pressure", "the kernel counts it (PSI)");
  const effect = "/stats/summary and /metrics/cadvisor have none";
  return warning(
    "pressure",
    `the kernel does not count it (PSI): ${effect}; boot with psi=1, if the kernel has CONFIG_PSI`,
  );
}

/** A host without swap needs no limit. */
function swap({ cgroups: version, limitsSwap }: KernelFeatures, swapTotal: number): Finding[] {
  if (swapTotal === 0) return [];
  if (limitsSwap) return [ok("swap", "the host swaps, and the kernel limits that of containers")];
  const remedy =
    version === "v1" ? "systemd limits swap on cgroup v2 only" : "boot without swapaccount=0, with CONFIG_SWAP";
  return [warning("swap", `the host swaps, and containers do so without a limit: ${remedy}`)];
}

import { execFileSync } from "node:child_process";
import { existsSync, statfsSync } from "node:fs";
import type { KernelFeatures } from "../../model/host/kernel-features.ts";
import { readOptional } from "../files.ts";
import { readHostPressure } from "./cgroup-pressure.ts";

const CGROUP2 = 0x63677270;

/** The system calls of units/helpers/container/mounts.pl that a kernel may lack, by their numbers on every architecture. */
const CALLS = { open_tree: 428, move_mount: 429, fsopen: 430, openat2: 437, mount_setattr: 442 };

/** Prints the errno of each call. No call gets arguments that it could act on. */
const ASK = "for (@ARGV) { $! = 0; syscall($_ + 0, -1, 0, 0, 0, 0); print $! + 0, qq(\\n) }";

/** EPERM, by a filter of system calls, and ENOSYS. */
const REFUSALS = ["1", "38"];

/** Returns which features the kernel has that unitlet uses. */
export function readKernelFeatures(): KernelFeatures {
  const isUnified = statfsSync("/sys/fs/cgroup").type === CGROUP2;
  return {
    cgroups: isUnified ? "v2" : "v1",
    controllers: isUnified ? controllers2() : controllers1(),
    missingCalls: missingCalls(),
    // Both depend on the same option of the kernel.
    showsFilters: existsSync("/proc/sys/kernel/ns_last_pid"),
    countsPressure: readHostPressure().cpu !== undefined,
    // Each cgroup of v2 but the root has the file, when the kernel counts swap.
    limitsSwap: isUnified && existsSync("/sys/fs/cgroup/init.scope/memory.swap.max"),
  };
}

function controllers2(): string[] {
  return (readOptional("/sys/fs/cgroup/cgroup.controllers") ?? "").trim().split(" ");
}

/** Columns: name, hierarchy (0 when it is not mounted), number of cgroups, enabled. */
function controllers1(): string[] {
  const rows = (readOptional("/proc/cgroups") ?? "").split("\n").map((line) => line.split("\t"));
  const mounted = rows.filter(([, hierarchy, , isOn]) => hierarchy !== "0" && isOn === "1");
  return mounted.map(([name = ""]) => (name === "blkio" ? "io" : name));
}

/** Without perl nothing is known, and another check reports that. */
function missingCalls(): string[] {
  try {
    const args = ["-e", ASK, ...Object.values(CALLS).map(String)];
    const answers = execFileSync("/usr/bin/perl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return Object.keys(CALLS).filter((_, at) => REFUSALS.includes(answers.split("\n")[at] ?? ""));
  } catch {
    return [];
  }
}

import type { StatsFs } from "node:fs";
import { arch, availableParallelism, hostname, networkInterfaces, release } from "node:os";
import type { Instant } from "../../model/api/time.ts";
import type { DiskLevels, Host } from "../../model/host/host.ts";
import { readOptional } from "../files.ts";
import { hasApt, missingImageTools } from "../images/image-tools.ts";
import { CgroupFiles } from "./cgroup-files.ts";
import { readPodsMemory } from "./cgroup-memory.ts";
import { readHostMemory } from "./host-memory.ts";
import { statImageDisk, statPodsDisk } from "./pods-disk.ts";
import { readPressureHistory } from "./pressure-history.ts";

/** USER_HZ, the same on every architecture that Node runs on. */
const MILLISECONDS_PER_TICK = 10;

const GOARCH: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/** Measures the host, in about 1 ms. `systemd` is the version that the run has read, or the problem. */
export function readHost(
  nodeIPs: readonly string[],
  now: Instant,
  systemd: Pick<Host, "systemdVersion" | "systemdProblem">,
): Host {
  const { memoryTotal, swapTotal, ...levels } = readLevels();
  return {
    hostname: hostname(),
    addresses: nodeIPs.length > 0 ? nodeIPs : hostAddresses(),
    cpus: availableParallelism(),
    memoryTotal,
    ...levels,
    machineID: read("/etc/machine-id"),
    bootID: read("/proc/sys/kernel/random/boot_id"),
    systemUUID: read("/sys/class/dmi/id/product_uuid") || read("/etc/machine-id"),
    kernelVersion: release(),
    osImage: /^PRETTY_NAME="?(.*?)"?$/m.exec(read("/etc/os-release"))?.[1] ?? "Linux",
    architecture: GOARCH[arch()] ?? arch(),
    bootedAt: now - Math.floor(Number.parseFloat(read("/proc/uptime")) * 1000) + initAge(),
    swapTotal,
    ...(new CgroupFiles().isUnified ? {} : { hasCPUShares: true }),
    missingImageTools: missingImageTools(),
    hasApt: hasApt(),
    ...systemd,
  };
}

/** Returns the resources that may run short, with their totals: memory and disk in bytes, inodes, and process IDs. */
export function readLevels() {
  const disk = statPodsDisk();
  const pressureHistory = readPressureHistory();
  const imageDisk = statImageDisk();
  const podsMemory = readPodsMemory();
  return {
    ...readMemory(),
    ...(podsMemory && { podsMemory }),
    ...diskLevels(disk),
    ...(imageDisk && { imageDisk: diskLevels(imageDisk) }),
    pidsMax: Math.min(Number(read("/proc/sys/kernel/pid_max")), Number(read("/proc/sys/kernel/threads-max"))),
    pidsUsed: Number(/\d+\/(\d+)/.exec(read("/proc/loadavg"))?.[1] ?? 0),
    ...(pressureHistory && { pressureHistory }),
  };
}

/** Returns the levels of the disk of pods, and those of images if they have one of their own. */
export function readDiskLevels(): DiskLevels & Pick<Host, "imageDisk"> {
  const imageDisk = statImageDisk();
  return { ...diskLevels(statPodsDisk()), ...(imageDisk && { imageDisk: diskLevels(imageDisk) }) };
}

function diskLevels({ blocks, bavail, bsize, files, ffree }: StatsFs): DiskLevels {
  return { diskTotal: blocks * bsize, diskAvailable: bavail * bsize, inodesTotal: files, inodesFree: ffree };
}

/** Returns the milliseconds from the kernel's boot to the start of systemd: hours when the machine is a container. */
function initAge(): number {
  const fields = read("/proc/1/stat")
    .replace(/^.*\) /, "")
    .split(" ");
  return Number(fields[19] ?? 0) * MILLISECONDS_PER_TICK;
}

function read(path: string): string {
  return (readOptional(path) ?? "").trim();
}

function readMemory(): Pick<Host, "memoryTotal" | "memoryAvailable" | "swapTotal" | "hugePages"> {
  const { total, available, hugePages, swapTotal } = readHostMemory();
  return { memoryTotal: total, memoryAvailable: available, ...(hugePages > 0 && { hugePages }), swapTotal };
}

/** Returns one address per family, IPv4 first, of the interface with the default route or else of any interface. */
function hostAddresses(): string[] {
  const interfaces = networkInterfaces();
  const pick = (family: "IPv4" | "IPv6", preferred: string | undefined) => {
    const names = [...(preferred === undefined ? [] : [preferred]), ...Object.keys(interfaces).toSorted()];
    for (const name of names) {
      // A link-local address is valid on its link only.
      const found = interfaces[name]?.find(
        (a) =>
          a.family === family && !a.internal && !a.address.startsWith("fe80:") && !a.address.startsWith("169.254."),
      );
      if (found !== undefined) return [found.address];
    }
    return [];
  };
  const found = [...pick("IPv4", defaultInterface4()), ...pick("IPv6", defaultInterface6())];
  return found.length > 0 ? found : ["127.0.0.1"];
}

function defaultInterface4(): string | undefined {
  const rows = read("/proc/net/route").split("\n").slice(1);
  return rows
    .map((row) => row.split("\t"))
    .find((columns) => columns[1] === "00000000" && columns[7] === "00000000")?.[0];
}

function defaultInterface6(): string | undefined {
  const rows = read("/proc/net/ipv6_route").split("\n");
  const columns = rows
    .map((row) => row.split(/\s+/))
    .find((row) => /^0{32}$/.test(row[0] ?? "") && row[1] === "00" && row[9] !== "lo");
  return columns?.[9];
}

import { execFileSync } from "node:child_process";
import { statfsSync } from "node:fs";
import { DEFAULT_EVICTION_HARD, parseThresholds } from "../../config/eviction.ts";
import { readOptional } from "../../io/files.ts";
import { readLandlockABI } from "../../io/host/landlock.ts";
import { podsDirectory, statPodsDisk } from "../../io/host/pods-disk.ts";
import { hasApt, missingImageTools } from "../../io/images/image-tools.ts";
import { readVulnerableTools } from "../../io/images/vulnerable-tools.ts";
import type { Config, EvictionThresholds } from "../../model/host/config.ts";
import { canFence, describeFence } from "../../model/host/landlock.ts";
import { thresholdQuantity } from "../../model/host/pressure.ts";
import { describeVulnerability } from "../../model/image/tool-vulnerabilities.ts";
import { error, type Finding, ok, warning } from "./finding.ts";
import { firewallFindings, readFirewall } from "./firewall.ts";
import { programFinding } from "./programs.ts";
import { directoryFindings, readOnlyDirectories } from "./read-only.ts";
import { readSELinux, seLinuxFindings } from "./selinux.ts";

const NEEDED_SYSTEMD = 250;
const CGROUP2 = 0x63677270;

/** Checks what every host needs. */
export function hostFindings(config: Config | undefined): readonly Finding[] {
  return [
    systemd(),
    cgroups(),
    programFinding(config),
    ...directoryFindings(readOnlyDirectories()),
    ...seLinuxFindings(readSELinux(commandOutput)),
    ...(config?.cluster ? firewallFindings(readFirewall(commandOutput, config.kubeletPort), config.kubeletPort) : []),
    fence(),
    ...images(config),
    ...packages(config),
    clock(),
    ...disk(config?.evictionHard ?? parseThresholds(DEFAULT_EVICTION_HARD)),
  ];
}

function systemd(): Finding {
  if (readOptional("/proc/1/comm")?.trim() !== "systemd")
    return error("systemd", "PID 1 is not systemd: unitlet needs a host that systemd has booted");
  const version = Number(/^systemd (\d+)/.exec(commandOutput("systemctl", "--version"))?.[1] ?? 0);
  if (version < NEEDED_SYSTEMD) return error("systemd", `this is ${version}: unitlet needs ${NEEDED_SYSTEMD} or newer`);
  return ok("systemd", String(version));
}

function cgroups(): Finding {
  if (statfsSync("/sys/fs/cgroup").type === CGROUP2) {
    const controllers = (readOptional("/sys/fs/cgroup/cgroup.controllers") ?? "").trim().split(" ");
    return lacking(
      "v2",
      ["cpu", "memory", "pids"].filter((each) => !controllers.includes(each)),
    );
  }
  // Columns: name, hierarchy (0 when it is not mounted), number of cgroups, enabled.
  const rows = (readOptional("/proc/cgroups") ?? "").split("\n").map((line) => line.split("\t"));
  const mounted = new Set(
    rows.filter(([, hierarchy, , isOn]) => hierarchy !== "0" && isOn === "1").map(([name]) => name),
  );
  return lacking(
    "v1",
    ["cpu", "memory", "pids"].filter((each) => !mounted.has(each)),
  );
}

function lacking(version: string, controllers: readonly string[]): Finding {
  if (controllers.length === 0) return ok("cgroups", version);
  const names = controllers.join(", ");
  return warning(
    "cgroups",
    `${version} without ${names}: limits of that kind have no effect; boot with cgroup_enable=${controllers[0]}`,
  );
}

/** Says which parts of the fence around processes on the host's files the kernel has. */
function fence(): Finding {
  const abi = readLandlockABI();
  return canFence(abi) ? ok("fence", describeFence(abi)) : warning("fence", describeFence(abi));
}

function pullsImages(config: Config | undefined): config is Config {
  return config !== undefined && !config.ignoreImages && config.imagePulls === "allow";
}

/** Checks the programs that pull and run images of registries. */
function images(config: Config | undefined): Finding[] {
  if (!pullsImages(config)) return [];
  const missing = missingImageTools();
  const holes = readVulnerableTools().filter(({ cve }) => !config.acceptedVulnerabilities.includes(cve));
  const remedy = ". If your package has the fix: acceptedVulnerabilities =";
  const warnings = holes.map((hole) => warning("images", `${describeVulnerability(hole)}${remedy} ${hole.cve}`));
  if (missing.length === 0) return warnings.length > 0 ? warnings : [ok("images", "skopeo, umoci, crun")];
  const words = `no image can be pulled without ${missing.join(", ")}: install them, or set imagePulls = deny`;
  return [warning("images", words)];
}

/** Checks the program that installs packages of the distribution. */
function packages(config: Config | undefined): Finding[] {
  if (!pullsImages(config) || config.packages === "off") return [];
  if (hasApt()) return [ok("packages", `image deb://NAME installs packages, packages = ${config.packages}`)];
  return [
    warning("packages", "image deb://NAME needs apt-get, which this distribution does not have: set packages = off"),
  ];
}

function clock(): Finding {
  const synchronized = commandOutput("timedatectl", "show", "--property=NTPSynchronized", "--value").trim();
  if (synchronized === "yes") return ok("clock", "synchronized");
  return warning(
    "clock",
    "is not synchronized: certificates and tokens depend on the time; timedatectl set-ntp yes, or chrony",
  );
}

function disk(thresholds: EvictionThresholds): readonly Finding[] {
  const { blocks, bavail, bsize, files, ffree } = statPodsDisk();
  const directory = podsDirectory();
  const percent = (free: number, total: number) => Math.floor((100 * free) / total);
  const isLow = bavail * bsize < thresholdQuantity(thresholds["nodefs.available"], blocks * bsize);
  const space = isLow
    ? error(
        "disk",
        `${percent(bavail, blocks)} % of ${directory} is free, and the node reports DiskPressure: make room, or set evictionHard`,
      )
    : ok("disk", `${percent(bavail, blocks)} % of ${directory} is free`);
  if (files === 0 || ffree >= thresholdQuantity(thresholds["nodefs.inodesFree"], files)) return [space];
  return [
    space,
    error(
      "inodes",
      `${percent(ffree, files)} % of the inodes of ${directory} are free, and the node reports DiskPressure: remove directories with many files, or set evictionHard`,
    ),
  ];
}

/** Returns the standard output of a program; "" when it fails or takes longer than 10 s. */
export function commandOutput(program: string, ...args: readonly string[]): string {
  try {
    return execFileSync(program, [...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 10_000 });
  } catch {
    return "";
  }
}

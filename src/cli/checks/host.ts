import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { DEFAULT_EVICTION_HARD, parseThresholds } from "../../config/eviction.ts";
import { readOptional } from "../../io/files.ts";
import { readLevels } from "../../io/host/host.ts";
import { readKernelFeatures } from "../../io/host/kernel-features.ts";
import { readLandlockABI } from "../../io/host/landlock.ts";
import { podsDirectory } from "../../io/host/pods-disk.ts";
import { hasApt, missingImageTools } from "../../io/images/image-tools.ts";
import { readVulnerableTools } from "../../io/images/vulnerable-tools.ts";
import type { Config } from "../../model/host/config.ts";
import { reservationProblems } from "../../model/host/reservations.ts";
import { describeVulnerability } from "../../model/image/tool-vulnerabilities.ts";
import { diskFindings } from "./disks.ts";
import { error, type Finding, ok, warning } from "./finding.ts";
import { firewallFindings, readFirewall } from "./firewall.ts";
import { kernelFindings } from "./kernel.ts";
import { programFinding } from "./programs.ts";
import { directoryFindings, readOnlyDirectories, writtenDirectories } from "./read-only.ts";
import { readSELinux, seLinuxFindings } from "./selinux.ts";

const NEEDED_SYSTEMD = 250;

/** Checks what every host needs. */
export function hostFindings(config: Config | undefined): readonly Finding[] {
  return [
    systemd(),
    ...kernel(config),
    programFinding(config),
    ...directoryFindings(readOnlyDirectories(writtenDirectories(config?.unitDirectory))),
    ...seLinuxFindings(readSELinux(commandOutput)),
    ...(config?.cluster ? firewallFindings(readFirewall(commandOutput, config.kubeletPort), config.kubeletPort) : []),
    ...images(config),
    ...packages(config),
    clock(),
    ...(config === undefined ? [] : reservations(config)),
    ...diskFindings(readLevels(), config?.evictionHard ?? parseThresholds(DEFAULT_EVICTION_HARD), podsDirectory()),
  ];
}

function systemd(): Finding {
  if (readOptional("/proc/1/comm")?.trim() !== "systemd")
    return error("systemd", "PID 1 is not systemd: unitlet needs a host that systemd has booted");
  const version = Number(/^systemd (\d+)/.exec(commandOutput("systemctl", "--version"))?.[1] ?? 0);
  if (version < NEEDED_SYSTEMD) return error("systemd", `this is ${version}: unitlet needs ${NEEDED_SYSTEMD} or newer`);
  return ok("systemd", String(version));
}

function kernel(config: Config | undefined): readonly Finding[] {
  const swapTotal = Number(/^SwapTotal:\s+(\d+)/m.exec(readOptional("/proc/meminfo") ?? "")?.[1] ?? 0) * 1024;
  return kernelFindings({ features: readKernelFeatures(), landlockABI: readLandlockABI(), swapTotal, config });
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

function reservations(config: Config): readonly Finding[] {
  const capacity = { ...readLevels(), cpus: availableParallelism() };
  return reservationProblems(config, capacity).map((problem) => error("reservations", problem));
}

function clock(): Finding {
  const synchronized = commandOutput("timedatectl", "show", "--property=NTPSynchronized", "--value").trim();
  if (synchronized === "yes") return ok("clock", "synchronized");
  return warning(
    "clock",
    "is not synchronized: certificates and tokens depend on the time; timedatectl set-ntp yes, or chrony",
  );
}

/** Returns the standard output of a program; "" when it fails or takes longer than 10 s. */
export function commandOutput(program: string, ...args: readonly string[]): string {
  try {
    return execFileSync(program, [...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 10_000 });
  } catch {
    return "";
  }
}

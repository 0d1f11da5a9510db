import type { NodeCondition } from "../../model/api/node.ts";
import { fromTimestamp, type Instant, toTimestamp } from "../../model/api/time.ts";
import type { Config } from "../../model/host/config.ts";
import type { Host } from "../../model/host/host.ts";
import { canFence, describeFence } from "../../model/host/landlock.ts";
import { activePressures } from "../../model/host/pressure.ts";
import { describeVulnerability } from "../../model/image/tool-vulnerabilities.ts";
import { type CredentialsFacts, credentialsProblem } from "../identity-problem.ts";

export interface Conditioned extends CredentialsFacts {
  readonly config: Config;
  readonly host: Host;
  readonly now: Instant;
  readonly shuttingDown?: boolean;
}

/** Returns the agent's own conditions, Ready last (`kubelet_node_status.go: defaultNodeStatusFuncs`, v1.36). */
export function nodeConditions(
  { config, host, now, shuttingDown = false, ...identity }: Conditioned,
  previous: readonly NodeCondition[],
): NodeCondition[] {
  const short = activePressures(config, host).map(({ of }) => of);
  const pressures: Record<keyof typeof PRESSURES, boolean> = {
    MemoryPressure: short.includes("memory"),
    DiskPressure: short.includes("ephemeral-storage") || short.includes("inodes"),
    PIDPressure: short.includes("pids"),
  };
  const before = (type: string) => previous.find((each) => each.type === type);
  return [
    ...PRESSURE_TYPES.map((type) => {
      const isUnder = pressures[type] || isFresh(before(type), now);
      const [reason, message] = PRESSURES[type][isUnder ? "True" : "False"];
      return condition({ type, status: isUnder ? "True" : "False", reason, message }, before(type), now);
    }),
    ...(host.landlockABI === undefined ? [] : [condition(fence(host.landlockABI), before("ProcessesFenced"), now)]),
    condition(imageTools(config, host), before("ImageToolsReady"), now),
    condition(packages(config, host), before("PackagesReady"), now),
    condition(readiness(host, shuttingDown ? SHUTTING_DOWN : credentialsProblem(identity, now)), before("Ready"), now),
  ];
}

const PRESSURES = {
  MemoryPressure: {
    True: ["KubeletHasInsufficientMemory", "kubelet has insufficient memory available"],
    False: ["KubeletHasSufficientMemory", "kubelet has sufficient memory available"],
  },
  DiskPressure: {
    True: ["KubeletHasDiskPressure", "kubelet has disk pressure"],
    False: ["KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
  },
  PIDPressure: {
    True: ["KubeletHasInsufficientPID", "kubelet has insufficient PID available"],
    False: ["KubeletHasSufficientPID", "kubelet has sufficient PID available"],
  },
} as const;

const PRESSURE_TYPES = ["MemoryPressure", "DiskPressure", "PIDPressure"] as const satisfies (keyof typeof PRESSURES)[];

/**
 * True while a pressure stays reported, so that a value near the threshold does not flap
 * (`apis/config/v1beta1/defaults.go: EvictionPressureTransitionPeriod`, v1.36).
 */
function isFresh(before: NodeCondition | undefined, now: Instant): boolean {
  const since = before?.status === "True" ? before.lastTransitionTime : undefined;
  return since !== undefined && now - fromTimestamp(since) < 300_000;
}

/** `nodestatus/setters.go: ReadyCondition` and `nodeshutdown/nodeshutdown_manager_linux.go: ShutdownStatus`, v1.36. */
const SHUTTING_DOWN = { reason: "KubeletNotReady", message: "node is shutting down" };

type Fact = Required<Pick<NodeCondition, "type" | "status" | "reason" | "message">>;

/** Returns a condition of unitlet's own, for the containers on the host's files. */
function fence(abi: number): Fact {
  const [status, reason] = canFence(abi)
    ? (["True", "LandlockFound"] as const)
    : (["False", "LandlockMissing"] as const);
  return { type: "ProcessesFenced", status, reason, message: describeFence(abi) };
}

/** Returns a condition of unitlet's own: the node stays Ready, because other pods can run. */
function imageTools(config: Config, { missingImageTools: missing, vulnerableTools = [] }: Host): Fact {
  const type = "ImageToolsReady";
  const setting = pullsDisabledBy(config);
  if (setting !== undefined) {
    const message = `${setting} in /etc/unitlet/unitlet.conf: pods run on the host's own files`;
    return { type, status: "False", reason: "HostFilesOnly", message };
  }
  const holes = vulnerableTools.filter(({ cve }) => !config.acceptedVulnerabilities.includes(cve));
  if (missing.length === 0 && holes.length > 0) {
    const message = holes.map(describeVulnerability).join(". ");
    return { type, status: "True", reason: "ImageToolsVulnerable", message };
  }
  if (missing.length === 0) {
    return { type, status: "True", reason: "ImageToolsFound", message: "skopeo, umoci and crun are installed" };
  }
  const message = `images of registries cannot be pulled without ${missing.join(", ")}: install.sh --with-images gets them`;
  return { type, status: "False", reason: "ImageToolsMissing", message };
}

/** Returns the setting with which no image is pulled. */
function pullsDisabledBy({ ignoreImages, imagePulls }: Config): string | undefined {
  if (ignoreImages) return "ignoreImages = yes";
  return imagePulls === "deny" ? "imagePulls = deny" : undefined;
}

/** Returns a condition of unitlet's own, for images that are packages. */
function packages(config: Config, { hasApt }: Host): Fact {
  const type = "PackagesReady";
  const setting = pullsDisabledBy(config) ?? (config.packages === "off" ? "packages = off" : undefined);
  if (setting !== undefined) {
    const message = `${setting} in /etc/unitlet/unitlet.conf: no package is installed for a pod`;
    return { type, status: "False", reason: "PackagesOff", message };
  }
  if (hasApt) return { type, status: "True", reason: "AptFound", message: "apt-get is installed" };
  const message = "images deb://NAME are not available: this distribution has no apt-get";
  return { type, status: "False", reason: "AptMissing", message };
}

function readiness({ systemdProblem }: Host, problem: ReturnType<typeof credentialsProblem>): Fact {
  if (systemdProblem !== undefined) {
    return { type: "Ready", status: "False", reason: "SystemdNotUsable", message: systemdProblem };
  }
  if (problem !== undefined) return { type: "Ready", status: "False", ...problem };
  return { type: "Ready", status: "True", reason: "KubeletReady", message: "unitlet is posting ready status" };
}

function condition(fact: Fact, before: NodeCondition | undefined, now: Instant): NodeCondition {
  const at = toTimestamp(now);
  const since = before?.status === fact.status ? before.lastTransitionTime : undefined;
  return { ...fact, lastHeartbeatTime: at, lastTransitionTime: since ?? at };
}

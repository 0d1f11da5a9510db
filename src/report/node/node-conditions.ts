import type { NodeCondition } from "../../model/api/node.ts";
import { type Instant, toTimestamp } from "../../model/api/time.ts";
import { networkNotReady } from "../../model/cni/cluster-network.ts";
import type { Config } from "../../model/host/config.ts";
import type { Host } from "../../model/host/host.ts";
import { canFence, describeFence } from "../../model/host/landlock.ts";
import { measurePressures } from "../../model/host/pressure.ts";
import type { PressureCondition } from "../../model/host/pressure-history.ts";
import { describeVulnerability } from "../../model/image/tool-vulnerabilities.ts";
import { type CredentialsFacts, credentialsProblem } from "../identity-problem.ts";

export interface Conditioned extends CredentialsFacts {
  readonly config: Config;
  readonly host: Host;
  readonly now: Instant;
  readonly shuttingDown?: boolean;
  /** Why pods cannot be connected, with `podNetwork = cni`; undefined: they can. */
  readonly networkProblem?: string;
}

/** Returns the agent's own conditions, Ready last (`kubelet_node_status.go: defaultNodeStatusFuncs`, v1.36). */
export function nodeConditions(
  { config, host, now, shuttingDown = false, networkProblem, ...identity }: Conditioned,
  previous: readonly NodeCondition[],
): NodeCondition[] {
  const pressures = measurePressures(config, host, now).conditions;
  const notReady = networkProblem === undefined ? undefined : notConnected(networkProblem);
  const problem = shuttingDown ? SHUTTING_DOWN : (credentialsProblem(identity, now) ?? notReady);
  const before = (type: string) => previous.find((each) => each.type === type);
  return [
    ...PRESSURE_TYPES.map((type) => {
      const status = pressures.includes(type) ? "True" : "False";
      const [reason, message] = PRESSURES[type][status];
      return condition({ type, status, reason, message }, before(type), now);
    }),
    ...(host.landlockABI === undefined ? [] : [condition(fence(host.landlockABI), before("ProcessesFenced"), now)]),
    condition(imageTools(config, host), before("ImageToolsReady"), now),
    condition(packages(config, host), before("PackagesReady"), now),
    condition(readiness(host, problem), before("Ready"), now),
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

const PRESSURE_TYPES: readonly PressureCondition[] = ["MemoryPressure", "DiskPressure", "PIDPressure"];

/** `nodestatus/setters.go: ReadyCondition` and `nodeshutdown/nodeshutdown_manager_linux.go: ShutdownStatus`, v1.36. */
const SHUTTING_DOWN = { reason: "KubeletNotReady", message: "node is shutting down" };

function notConnected(problem: string): { readonly reason: string; readonly message: string } {
  return { reason: "KubeletNotReady", message: networkNotReady(problem) };
}

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

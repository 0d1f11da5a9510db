import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { Config } from "../../model/host/config.ts";
import { bridgeRanges, hasOwnNetwork } from "../../model/pod-network.ts";
import type { AuxiliaryUnit, UnitLines, UnitName } from "../../model/unit.ts";
import { digest } from "../../unitfile/hash.ts";
import { encodeOwnUnit, unitOwner } from "../../unitfile/identity.ts";
import { auxiliaryUnitName, podCgroup, podSliceName } from "../../unitfile/names.ts";
import { execLine } from "../../unitfile/quote.ts";
import type { TranslateContext } from "../context.ts";
import { capabilityArguments } from "../network/cluster-network.ts";
import { bridgeChain, cniArguments } from "../network/cni-chain.ts";
import { kernelHostname } from "../network/hostname.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { qosClass } from "../resources/resources.ts";
import { ipcSysctls, networkSysctls, sysctlWords } from "../security/sysctls.ts";

/**
 * Returns the unit of what a pod's containers share: the pod's own network, and on images host name, IPC objects,
 * /dev/shm, and processes with shareProcessNamespace. Without a container on an image it has the network alone: systemd
 * copies and reads each mount of the host at each start of a container. It outlives each container, like the kubelet's sandbox, so a restarted container finds what it
 * left in shared memory. Bind-mounted files hold the namespaces. Only a shared PID namespace needs a process, because
 * it ends with its first one.
 */
export function podSandbox(
  pod: Pod,
  containers: readonly ResolvedContainer[],
  context: Pick<TranslateContext, "config" | "libDir" | "podCIDRs" | "clusterNetwork" | "host">,
): AuxiliaryUnit[] {
  const { config, libDir } = context;
  const isShared = containers.some(({ sharesSandbox }) => sharesSandbox);
  const words = [...(isShared ? sharedBy(pod, config) : []), ...networkOf(pod, config)];
  if (words.length === 0) return [];
  const { uid } = pod.metadata;
  const specHash = digest(JSON.stringify(words), 16);
  const identity = unitOwner(pod.metadata, { container: "", kind: "sandbox", specHash });
  // The ranges are the node's and no part of the hash: a pod whose address is in the new ranges keeps it.
  const network = hasOwnNetwork(pod, config) ? ["--", cniArguments(pod), ...networkWords(pod, context)] : [];
  const helper = (...rest: readonly string[]) => [`${libDir}/pod-sandbox`, uid, ...rest];
  const text = encodeOwnUnit(identity, [
    [
      "Unit",
      [
        ["Description", `Sandbox of pod ${namespacedName(pod.metadata)}`],
        ["StartLimitIntervalSec", "0"],
      ],
    ],
    [
      "Service",
      [
        ...(words.includes("--pid") ? WITH_PROCESS : WITHOUT_PROCESS),
        ["ExecStart", execLine(helper("up", ...words, ...network))],
        ["ExecStopPost", execLine(helper("down"), "-")],
        ["TimeoutStartSec", network.length === 0 ? "20" : NETWORK_TIMEOUT],
        ["Slice", podSliceName(uid, qosClass(pod))],
      ],
    ],
  ]);
  return [{ name: sandboxUnitName(pod), identity, text, linked: false, wanted: true }];
}

/** Seconds for a whole chain, each plugin of which has 30 s, after those for the end of an earlier one. */
const NETWORK_TIMEOUT = "240";

/** Returns the plugins of the node's own network, or what those of the cluster's network get for the pod. */
function networkWords(
  pod: Pod,
  context: Pick<TranslateContext, "config" | "podCIDRs" | "clusterNetwork" | "host">,
): readonly string[] {
  const ranges = bridgeRanges(context.config, context.podCIDRs);
  const words = (name: string, value: unknown) => [name, JSON.stringify(value)];
  if (ranges !== undefined) return bridgeChain(pod, ranges).flatMap((each) => words(each.type, each.config));
  const cgroup = podCgroup(pod.metadata.uid, qosClass(pod));
  const given = capabilityArguments(pod, context, cgroup);
  return ["capabilities", ...given.flatMap(([name, value]) => words(name, value).flatMap(inParts))];
}

/** The kernel executes no program with a word of 128 KiB, and annotations may have 256 KiB. A character has at most 4 bytes. */
const PART = /.{1,30000}/gsu;

/** Returns the word in parts, each but the first one after a "+". */
function inParts(word: string): readonly string[] {
  return (word.match(PART) ?? []).flatMap((part, at) => (at === 0 ? [part] : ["+", part]));
}

const WITHOUT_PROCESS: UnitLines = [
  ["Type", "oneshot"],
  ["RemainAfterExit", "yes"],
];

/**
 * The first process of a PID namespace ignores other signals. Killing it kills the containers, which then start the
 * sandbox again.
 */
const WITH_PROCESS: UnitLines = [
  ["Type", "forking"],
  ["KillSignal", "SIGKILL"],
  ["SuccessExitStatus", "SIGKILL"],
  // The score of a sandbox in containerd v2 (`defaultSandboxOOMAdj`): it is killed last under memory pressure.
  ["OOMScoreAdjust", "-998"],
];

/** Returns the lines that order a container on an image after the sandbox. */
export function sandboxLines(pod: Pod, config: Config): UnitLines {
  return [...sharedBy(pod, config), ...networkOf(pod, config)].length === 0 ? [] : sandboxOrder(pod);
}

/** Returns the lines that order a container after the sandbox of its pod, which has one. */
export function sandboxOrder(pod: Pod): UnitLines {
  const unit = sandboxUnitName(pod);
  return [
    ["Requires", unit],
    ["After", unit],
  ];
}

function sandboxUnitName({ metadata }: Pod): UnitName {
  return auxiliaryUnitName("sandbox", metadata, "pod");
}

/** Returns the arguments of pod-sandbox for what containers on images share. */
function sharedBy(pod: Pod, config: Config): string[] {
  const { hostIPC, hostPID, shareProcessNamespace } = pod.spec;
  const hostname = kernelHostname(pod, config.clusterDomain);
  return [
    ...(hostIPC ? [] : ["--ipc", ...sysctlWords(ipcSysctls(pod))]),
    ...(hostname === undefined ? [] : [`--uts=${hostname}`]),
    ...(shareProcessNamespace && !hostPID ? ["--pid"] : []),
  ];
}

/** Returns those for the pod's own network. */
function networkOf(pod: Pod, config: Config): string[] {
  return hasOwnNetwork(pod, config) ? ["--net", ...sysctlWords(networkSysctls(pod, config))] : [];
}

import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { Config } from "../../model/host/config.ts";
import type { AuxiliaryUnit, UnitLines, UnitName } from "../../model/unit.ts";
import { digest } from "../../unitfile/hash.ts";
import { encodeOwnUnit, unitOwner } from "../../unitfile/identity.ts";
import { auxiliaryUnitName, podSliceName } from "../../unitfile/names.ts";
import { execLine } from "../../unitfile/quote.ts";
import { kernelHostname } from "../network/hostname.ts";
import { qosClass } from "../resources/resources.ts";
import { ipcSysctls, sysctlWords } from "../security/sysctls.ts";

/**
 * Returns the unit of what a pod's containers on images share: host name, IPC objects, /dev/shm, and processes with
 * shareProcessNamespace. It outlives each container, like the kubelet's sandbox, so a restarted container finds what it
 * left in shared memory. Bind-mounted files hold the namespaces. Only a shared PID namespace needs a process, because
 * it ends with its first one.
 */
export function podSandbox(pod: Pod, config: Config, libDir: string): AuxiliaryUnit[] {
  const words = sharedBy(pod, config);
  if (words.length === 0) return [];
  const { uid } = pod.metadata;
  const specHash = digest(JSON.stringify(words), 16);
  const identity = unitOwner(pod.metadata, { container: "", kind: "sandbox", specHash });
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
        ["ExecStart", execLine(helper("up", ...words))],
        ["ExecStopPost", execLine(helper("down"), "-")],
        ["TimeoutStartSec", "20"],
        ["Slice", podSliceName(uid, qosClass(pod))],
      ],
    ],
  ]);
  return [{ name: sandboxUnitName(pod), identity, text, linked: false, wanted: true }];
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

/** Returns the lines that order a container after the sandbox. */
export function sandboxLines(pod: Pod, config: Config): UnitLines {
  if (sharedBy(pod, config).length === 0) return [];
  const unit = sandboxUnitName(pod);
  return [
    ["Requires", unit],
    ["After", unit],
  ];
}

function sandboxUnitName({ metadata }: Pod): UnitName {
  return auxiliaryUnitName("sandbox", metadata, "pod");
}

/** Returns the arguments of pod-sandbox. */
function sharedBy(pod: Pod, { clusterDomain }: Config): string[] {
  const { hostIPC, hostPID, shareProcessNamespace } = pod.spec;
  const hostname = kernelHostname(pod, clusterDomain);
  return [
    ...(hostIPC ? [] : ["--ipc", ...sysctlWords(ipcSysctls(pod))]),
    ...(hostname === undefined ? [] : [`--uts=${hostname}`]),
    ...(shareProcessNamespace && !hostPID ? ["--pid"] : []),
  ];
}

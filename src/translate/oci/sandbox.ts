import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { Config } from "../../model/host/config.ts";
import type { AuxiliaryUnit, UnitLines, UnitName } from "../../model/unit.ts";
import { digest } from "../../unitfile/hash.ts";
import { encodeOwnUnit, unitOwner } from "../../unitfile/identity.ts";
import { auxiliaryUnitName, podSliceName } from "../../unitfile/names.ts";
import { quoteWord } from "../../unitfile/quote.ts";
import { kernelHostname } from "../network/hostname.ts";
import { qosClass } from "../resources/resources.ts";

/**
 * What the containers of a pod on images share: host name, IPC objects and /dev/shm, and their processes if the pod says so.
 * It outlives each of them, as the kubelet's sandbox does, so also a pod of one container has it: what it left in shared
 * memory its restarted self finds. None where all is the host's. Files hold the namespaces; a process is there only for shared processes, whose namespace
 * ends with its first one.
 */
export function podSandbox(pod: Pod, config: Config, libDir: string): AuxiliaryUnit[] {
  const words = sharedBy(pod, config);
  if (words.length === 0) return [];
  const { uid } = pod.metadata;
  const specHash = digest(JSON.stringify(words), 16);
  const identity = unitOwner(pod.metadata, { container: "", kind: "sandbox", specHash });
  const helper = (...rest: readonly string[]) => `${libDir}/pod-sandbox ${[uid, ...rest].map(quoteWord).join(" ")}`;
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
        ["ExecStart", helper("up", ...words)],
        ["ExecStopPost", `-${helper("down")}`],
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

/** The first process of a PID namespace hears no other signal. When it is killed, the containers are, too, and start it again. */
const WITH_PROCESS: UnitLines = [
  ["Type", "forking"],
  ["KillSignal", "SIGKILL"],
  ["SuccessExitStatus", "SIGKILL"],
  // As the kubelet's: the last to go when memory is short.
  ["OOMScoreAdjust", "-998"],
];

/** Started before the container, and stopped after it. */
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

/** Words of the helper that makes it. */
function sharedBy(pod: Pod, { clusterDomain }: Config): string[] {
  const { hostIPC, hostPID, shareProcessNamespace } = pod.spec;
  const hostname = kernelHostname(pod, clusterDomain);
  return [
    ...(hostIPC ? [] : ["--ipc"]),
    ...(hostname === undefined ? [] : [`--uts=${hostname}`]),
    ...(shareProcessNamespace && !hostPID ? ["--pid"] : []),
  ];
}

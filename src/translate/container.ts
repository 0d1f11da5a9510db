import type { Container, Pod, QosClass, RestartPolicy } from "../model/api/pod.ts";
import { restartPolicy } from "../model/api/restart.ts";
import type { Confinement, Mount } from "../model/confinement.ts";
import type { Host } from "../model/host/host.ts";
import {
  environmentFile,
  finishedMarker,
  HOSTS_FILE,
  initializedMarker,
  podRunDir,
  RESOLV_CONF,
} from "../model/paths.ts";
import type { ContainerKind, DesiredUnit, UnitName } from "../model/unit.ts";
import { encodeOwnUnit } from "../unitfile/identity.ts";
import { launchArgv } from "../unitfile/launch.ts";
import { containerUnitName, podSliceName, probeTimer } from "../unitfile/names.ts";
import { execLine, quoteWord } from "../unitfile/quote.ts";
import { annotationServiceLines, annotationUnitLines, backOffWords } from "./annotations/lines.ts";
import { directoryLine, type ServiceStart, serviceLines, serviceSignal, serviceStartLines } from "./deb/start.ts";
import { inputMounts, standardInput } from "./host/standard-input.ts";
import { type ContainerOrder, orderLines } from "./lifecycle/container-order.ts";
import { startHookLines, stopLines } from "./lifecycle/lifecycle.ts";
import { probePeriods } from "./lifecycle/probes.ts";
import { exitWords, restartLines } from "./lifecycle/restart-lines.ts";
import { shutdownLines } from "./lifecycle/shutdown.ts";
import { type ImageStart, imageConditions, imageFileLines, imageStartLines } from "./oci/start.ts";
import { amountsOf, containerResourceLines, isNodeCritical, oomScoreAdjust } from "./resources/resources.ts";
import { confinementLines, launchPrefix } from "./security/unit-confinement.ts";
import { specHash } from "./spec-hash.ts";

export interface ContainerInput extends ContainerOrder {
  readonly pod: Pod;
  readonly container: Container;
  readonly kind: ContainerKind;
  readonly confinement: Confinement;
  /** Undefined: on the host's own files. */
  readonly start?: ImageStart;
  /** What it takes over from a package's unit. */
  readonly service?: ServiceStart;
  /** Without the values of variables: anyone may read the unit. */
  readonly program: string;
  /** Of the unit, without which nothing is started. */
  readonly conditions: readonly (readonly [string, string])[];
  readonly qos: QosClass;
  readonly host: Host;
  readonly libDir: string;
}

type Lines = (readonly [string, string])[];

/** Where the container finds its variables and its program's words. */
export const LAUNCH_FILE = "/run/unitlet/env";

/** What systemd gives to every service: a container sees what its pod says. */
const FROM_SYSTEMD =
  "INVOCATION_ID JOURNAL_STREAM LANG LOGNAME MEMORY_PRESSURE_WATCH MEMORY_PRESSURE_WRITE SHELL SYSTEMD_EXEC_PID USER";

/** The unit of one container. Throws UnquotableError for text that no unit file can carry. */
export function translateContainer(input: ContainerInput): DesiredUnit {
  const { pod, container, kind } = input;
  const { namespace, name, uid } = pod.metadata;
  const policy = restartPolicy(pod, container, kind);
  const identity = {
    namespace,
    pod: name,
    podUID: uid,
    container: container.name,
    kind,
    specHash: specHash(pod, container),
  };
  const unitName = containerUnitName(namespace, name, container.name);
  const text = encodeOwnUnit(identity, [
    ["Unit", unitLines(input)],
    [
      "Service",
      [
        ...(input.service === undefined ? [] : serviceLines(input.service, input.confinement, input.libDir)),
        ...lifeLines(input, unitName, policy, identity.specHash),
        ...processLines(input),
        ...fileLines(input),
      ],
    ],
  ]);
  return { name: unitName, identity, text, linked: kind !== "init" && policy !== "Never" };
}

function unitLines(input: ContainerInput): Lines {
  const { pod, container, kind, confinement, start, conditions } = input;
  const { namespace, name, uid } = pod.metadata;
  const finished = kind === "init" ? initializedMarker(uid, container.name) : finishedMarker(uid, container.name);
  const lines: Lines = [
    ["Description", `Container ${container.name} of pod ${namespace}/${name}`],
    ["StartLimitIntervalSec", "0"],
    // A failed container must not make the host degraded; its exit is in the record.
    ["CollectMode", "inactive-or-failed"],
    ["ConditionPathExists", `!${finished}`],
    ...(start === undefined
      ? ([["ConditionPathExists", `${podRunDir(uid)}/${environmentFile(container.name)}`]] as const)
      : imageConditions(uid, container.name, start)),
    ...conditions,
  ];
  for (const name of [HOSTS_FILE, RESOLV_CONF]) {
    const source = `${podRunDir(uid)}/${name}`;
    if (confinement.mounts.some((mount) => mount.type === "bind" && mount.source === source))
      lines.push(["ConditionPathExists", source]);
  }
  for (const period of probePeriods(container)) lines.push(["Wants", probeTimer(period)]);
  return [...lines, ...orderLines(pod, input), ...annotationUnitLines(pod, container, kind), ...shutdownLines(pod)];
}

function lifeLines(
  { pod, container, kind, confinement, start, service, program, host, libDir }: ContainerInput,
  self: UnitName,
  policy: RestartPolicy,
  hash: string,
): Lines {
  const uid = pod.metadata.uid;
  const helper = (...words: string[]) => words.map(quoteWord).join(" ");
  const prefix = service?.account.name === undefined ? launchPrefix(confinement, libDir, host.confinementProbe) : [];
  const argv = [...prefix, ...launchArgv(LAUNCH_FILE, standardInput(container, kind))];
  const native = service === undefined ? nativeStart(kind, argv) : serviceStartLines(service, kind, argv, prefix);
  const input = container.stdin && start?.input !== "terminal" ? ["--input"] : [];
  const launch = start === undefined ? native : imageStartLines(uid, container.name, kind, start, libDir);
  const imageSignal = start?.stopSignal ?? (service && serviceSignal(service));
  const lifecycle = { pod, container, unit: self, libDir, imageSignal };
  return [
    ["Type", launch.type],
    [
      "ExecStartPre",
      `+${libDir}/container-start ${[...input, helper(self, uid, container.name, hash, ...backOffWords(pod, container))].join(" ")}`,
    ],
    ...(service === undefined ? [] : [directoryLine(service, uid, container.name, libDir)]),
    ...launch.before,
    ...launch.program,
    // A oneshot runs its program within the start timeout, which an init container does not have.
    ...(kind === "init" ? ([["TimeoutStartSec", "infinity"]] as const) : startHookLines(lifecycle)),
    ...launch.after,
    [
      // ":" as in execLine(): the program's name may hold a $.
      "ExecStopPost",
      `-+:${libDir}/container-exit ${helper(self, uid, container.name, kind, policy, hash, program, ...exitWords(container))}`,
    ],
    ...restartLines(pod, container, kind),
    // Back-off is container-start's; this is the floor for what fails before it can run.
    ["RestartSec", "1s"],
    ...stopLines(lifecycle),
    ["KillMode", launch.killMode],
    ["OOMPolicy", "kill"],
    ["IgnoreSIGPIPE", "no"],
    ...(start === undefined ? annotationServiceLines(pod, container, kind) : []),
  ];
}

function nativeStart(kind: ContainerKind, argv: readonly string[]) {
  const type = kind === "init" ? "oneshot" : "exec";
  return { type, before: [], program: [["ExecStart", execLine(argv)]], after: [], killMode: "mixed" } as const;
}

function processLines({ pod, container, qos, host }: ContainerInput): Lines {
  const amounts = amountsOf(container);
  return [
    ["Slice", podSliceName(pod.metadata.uid, qos)],
    ...containerResourceLines(amounts),
    [
      "OOMScoreAdjust",
      String(oomScoreAdjust(isNodeCritical(pod) ? "Guaranteed" : qos, amounts.memoryRequest, host.memoryTotal)),
    ],
    ["UnsetEnvironment", FROM_SYSTEMD],
    ["StandardOutput", "journal"],
    ["StandardError", "journal"],
    ["SyslogIdentifier", container.name],
    ["SyslogLevelPrefix", "no"],
    // 0 would mean the host's own limit, which drops all but 30,000 of 300,000 lines: this one is never reached.
    ["LogRateLimitIntervalSec", "1us"],
    ["LogRateLimitBurst", "100000000"],
  ];
}

/** What the container finds, with the variables that it will begin with. */
function fileLines({ pod, container, confinement, host, start }: ContainerInput): ReturnType<typeof confinementLines> {
  if (start !== undefined) return imageFileLines(start);
  const variables: Mount = {
    type: "bind",
    source: `${podRunDir(pod.metadata.uid)}/${environmentFile(container.name)}`,
    target: LAUNCH_FILE,
    readOnly: true,
    recursiveReadOnly: true,
    propagation: "private",
  };
  const mounts = [variables, ...inputMounts(pod, container), ...confinement.mounts];
  return confinementLines({ ...confinement, mounts }, host.confinementProbe);
}

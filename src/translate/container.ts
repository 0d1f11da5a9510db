import { namespacedName } from "../model/api/namespaced-name.ts";
import type { Container, RestartPolicy } from "../model/api/pod.ts";
import { restartPolicy } from "../model/api/restart.ts";
import type { Config } from "../model/host/config.ts";
import type { Host } from "../model/host/host.ts";
import { finishedMarker, heldMarker, initializedMarker } from "../model/paths.ts";
import type { DesiredUnit, UnitLines, UnitName } from "../model/unit.ts";
import { encodeOwnUnit, unitOwner } from "../unitfile/identity.ts";
import { logNamespaceOf, podSliceName, probeTimer } from "../unitfile/names.ts";
import { execLine } from "../unitfile/quote.ts";
import { annotationUnitLines, backOffWords } from "./annotations/lines.ts";
import type { TranslateContext } from "./context.ts";
import type { Launch } from "./launch.ts";
import { containerOrder, orderLines } from "./lifecycle/container-order.ts";
import { hasStopHelper, type LifecycleInput, startHookLines, stopLines } from "./lifecycle/lifecycle.ts";
import { probePeriods } from "./lifecycle/probes.ts";
import { exitWords, restartLines } from "./lifecycle/restart-lines.ts";
import { shutdownLines } from "./lifecycle/shutdown.ts";
import type { ResolvedContainer } from "./resolved-container.ts";
import { limitsOf, withoutPackageLimits } from "./resources/limits.ts";
import { memoryHigh } from "./resources/memory-high.ts";
import { memoryReservation } from "./resources/memory-reservation.ts";
import {
  amountsOf,
  containerResourceLines,
  isNodeCritical,
  type MemoryBounds,
  oomScoreAdjust,
  qosClass,
} from "./resources/resources.ts";
import { swapLimit } from "./resources/swap.ts";

/**
 * Variables that systemd sets for every service. They are unset, because a container has only the variables of its pod.
 */
const FROM_SYSTEMD =
  "INVOCATION_ID JOURNAL_STREAM LANG LOGNAME LOG_NAMESPACE MEMORY_PRESSURE_WATCH MEMORY_PRESSURE_WRITE SHELL SYSTEMD_EXEC_PID USER";

/**
 * Variables of the service manager, or of a drop-in for all services, that would change the helpers. The program's own
 * variables are in its launch file. A package's unit may name them for its program.
 */
const OF_HELPERS =
  "BASH_ENV ENV LANGUAGE LC_ALL LC_COLLATE LC_CTYPE LC_MESSAGES LC_MONETARY LC_NUMERIC LC_TIME LD_LIBRARY_PATH LD_PRELOAD PERL5LIB PERL5OPT PERLLIB";

/** Returns the unit of one container. Throws UnquotableError for text that no unit file can carry. */
export function translateContainer(
  container: ResolvedContainer,
  launch: Launch,
  context: Pick<TranslateContext, "config" | "host" | "libDir">,
): DesiredUnit {
  const { pod, kind, unitName, specHash } = container;
  const bounds = {
    swap: swapLimit(pod, container.container, context),
    high: memoryHigh(container.container, context),
    ...memoryReservation(pod, amountsOf(container.container).memoryRequest, context),
  };
  const { name } = container.container;
  const policy = restartPolicy(pod, container.container, kind);
  const lifecycle = lifecycleOf(container, launch, context.libDir);
  const identity = unitOwner(pod.metadata, {
    ...{ container: name, kind, specHash, serviceType: serviceType(launch) },
    ...(hasStopHelper(lifecycle) && { stopHelper: true }),
  });
  const text = encodeOwnUnit(identity, [
    ["Unit", unitLines(container, launch)],
    [
      "Service",
      [
        ...launch.lines.defaults,
        ...lifeLines(container, launch, lifecycle, { restart: policy, oom: oomPolicy(context.config) }),
        ...processLines(container, context.host, bounds),
        ...launch.lines.files,
      ],
    ],
  ]);
  const limits = withoutPackageLimits(
    limitsOf(amountsOf(container.container), context.host, bounds),
    launch.lines.defaults,
  );
  return { name: unitName, identity, text, linked: kind !== "init" && policy !== "Never", limits };
}

function unitLines(resolved: ResolvedContainer, { lines }: Launch): UnitLines {
  const { pod, container, kind } = resolved;
  const { uid } = pod.metadata;
  const finished = kind === "init" ? initializedMarker(uid, container.name) : finishedMarker(uid, container.name);
  return [
    ["Description", `Container ${container.name} of pod ${namespacedName(pod.metadata)}`],
    ["StartLimitIntervalSec", "0"],
    // A failed container must not make the host degraded; its exit is in the record.
    ["CollectMode", "inactive-or-failed"],
    ["ConditionPathExists", `!${finished}`],
    ["ConditionPathExists", `!${heldMarker(uid, container.name)}`],
    ...lines.unit,
    ...probePeriods(container).map((period) => ["Wants", probeTimer(period)] as const),
    // LogNamespace= orders the unit after the sockets only. At a shutdown journald must outlive what writes to it.
    ["After", `systemd-journald@${logNamespaceOf(resolved.unitName)}.service`],
    ...orderLines(pod, containerOrder(pod, container)),
    ...annotationUnitLines(resolved),
    ...shutdownLines(pod),
  ];
}

/** Returns the service type of the unit: the last assignment of Type= counts. */
function serviceType({ type, lines }: Launch): string {
  return lines.overrides.findLast(([key]) => key === "Type")?.[1] ?? type;
}

function lifecycleOf(resolved: ResolvedContainer, launch: Launch, libDir: string): LifecycleInput {
  const { pod, container, kind, unitName: unit } = resolved;
  const hooked = launch.lifecycle === undefined ? container : { ...container, lifecycle: launch.lifecycle };
  return { pod, container: hooked, kind, unit, libDir, imageSignal: launch.stopSignal };
}

function lifeLines(
  resolved: ResolvedContainer,
  launch: Launch,
  lifecycle: LifecycleInput,
  policies: { readonly restart: RestartPolicy; readonly oom: string },
): UnitLines {
  const { pod, container, kind, unitName, specHash } = resolved;
  const { libDir } = lifecycle;
  const uid = pod.metadata.uid;
  const { lines, program } = launch;
  const input = [
    ...(launch.hasInputPipe ? ["--input"] : []),
    ...(launch.hasPrivateTmp ? ["--tmp"] : []),
    ...(launch.subPaths.any ? ["--sub-paths"] : []),
    ...launch.paths.flatMap(([test, path]) => ["--path", test, path]),
  ];
  const start = [...input, unitName, uid, container.name, specHash, ...backOffWords(resolved)];
  const exit = [unitName, uid, container.name, kind, policies.restart, specHash, program, ...exitWords(container)];
  return [
    ["Type", launch.type],
    ["ExecStartPre", execLine([`${libDir}/container-start`, ...start], "+")],
    ...lines.startPre,
    ...lines.start,
    // A oneshot runs its program within the start timeout, which an init container does not have.
    ...(kind === "init" ? ([["TimeoutStartSec", "infinity"]] as const) : startHookLines(lifecycle)),
    ...lines.stopPost,
    ["ExecStopPost", execLine([`${libDir}/container-exit`, ...exit], "-+")],
    ...restartLines(pod, container, kind),
    // container-start waits for the back-off; this is the least pause for what fails before it can run.
    ["RestartSec", "1s"],
    ...stopLines(lifecycle),
    ["KillMode", launch.killMode],
    ["OOMPolicy", policies.oom],
    ["IgnoreSIGPIPE", "no"],
    ...lines.overrides,
  ];
}

/** systemd sets memory.oom.group with "kill", and does nothing with "continue". */
function oomPolicy({ singleProcessOOMKill }: Pick<Config, "singleProcessOOMKill">): string {
  return singleProcessOOMKill ? "continue" : "kill";
}

function processLines(
  { pod, container, unitName, reference }: ResolvedContainer,
  host: Pick<Host, "memoryTotal" | "hasCPUShares">,
  bounds: MemoryBounds,
): UnitLines {
  const amounts = amountsOf(container);
  const qos = qosClass(pod);
  const adjusted = isNodeCritical(pod) ? "Guaranteed" : qos;
  return [
    ["Slice", podSliceName(pod.metadata.uid, qos)],
    ...containerResourceLines(amounts, host, bounds),
    ["OOMScoreAdjust", String(oomScoreAdjust(adjusted, amounts.memoryRequest, host.memoryTotal))],
    ["UnsetEnvironment", reference.kind === "deb" ? FROM_SYSTEMD : `${FROM_SYSTEMD} ${OF_HELPERS}`],
    ...logLines(container, unitName),
  ];
}

function logLines({ name }: Pick<Container, "name">, unitName: UnitName): UnitLines {
  return [
    ["LogNamespace", logNamespaceOf(unitName)],
    ["StandardOutput", "journal"],
    ["StandardError", "journal"],
    // A container called sshd or kernel must not write lines that filters take for those programs.
    ["SyslogIdentifier", `unitlet/${name}`],
    ["SyslogLevelPrefix", "no"],
    // 0 would mean the host's own limit, which drops all but 30,000 of 300,000 lines. This limit is never reached.
    ["LogRateLimitIntervalSec", "1us"],
    ["LogRateLimitBurst", "100000000"],
  ];
}

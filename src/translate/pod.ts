import { allocatable } from "../model/allocatable.ts";
import type { Pod } from "../model/pod.ts";
import type { Problem } from "../model/problem.ts";
import type { Rejected, Translation } from "../model/translation.ts";
import { namesProblem } from "../unitfile/names.ts";
import { containerSocket } from "./annotations/socket.ts";
import { withUsers } from "./annotations/user.ts";
import type { TranslateContext } from "./context.ts";
import { desiredContainer } from "./desired-container.ts";
import { podFiles } from "./pod-files.ts";
import { podProblems } from "./pod-problems.ts";
import { qosClass } from "./resources.ts";
import { translateSlice } from "./slice.ts";
import { translateVolumes } from "./volumes.ts";

/** A pod as units, files and volumes of this host; or why it cannot be. */
export function translatePod(given: Pod, context: TranslateContext): Translation {
  const pod = withUsers(given, context.host.files?.users);
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  const names = namesProblem(
    pod.metadata,
    containers.map(({ name }) => name),
  );
  if (names !== undefined) return rejected(pod, "InvalidName", `${names}; the API server should not have let it pass`);
  if (context.conflict?.kind === "reject" && !isAdmitted(pod))
    return rejected(pod, "NodePorts", context.conflict.message);
  const problems = podProblems(given, context);
  const refused = problems.filter(({ severity }) => severity === "reject");
  // Judged once, when it arrives: what runs is not ended by an upgrade or another setting.
  if (refused.length > 0 && !isAdmitted(pod))
    return rejected(pod, "UnsupportedField", refused.map(sentence).join("; "));

  const qos = qosClass(pod);
  const { config, host, references, hostFiles } = context;
  const known = { pod, references, hostFiles, allocatable: allocatable(config, host) };
  const volumes = translateVolumes(known, context.directory?.volumes ?? new Map());
  const desired = containers.map((container, at) => {
    const kind = at < (pod.spec.initContainers?.length ?? 0) ? "init" : "container";
    return desiredContainer(pod, container, kind, context, volumes);
  });
  return {
    kind: "runnable",
    pod,
    qosClass: qos,
    slice: translateSlice(pod, qos),
    containers: desired.map(({ container }) => container),
    files: [...podFiles(pod, context.config, context.host), ...desired.flatMap(({ files }) => files)],
    companions: [
      ...[...volumes.places.values()].flatMap(({ companions }) => companions),
      ...desired.flatMap(({ container: { unit } }, at) => {
        const container = pod.spec.containers[at - (pod.spec.initContainers?.length ?? 0)];
        return (unit && container && containerSocket(pod, container, qos, unit.identity.specHash)) ?? [];
      }),
    ],
    storage: [
      ...[...volumes.places.values()].flatMap(({ storage }) => storage),
      ...desired.flatMap((each) => each.storage),
    ],
    volumes: volumes.written,
    problems,
  };
}

function isAdmitted({ status }: Pod): boolean {
  return status?.startTime !== undefined && (status.phase === "Pending" || status.phase === "Running");
}

function rejected(pod: Pod, reason: string, message: string): Rejected {
  return { kind: "rejected", pod, reason, message, qosClass: qosClass(pod) };
}

function sentence({ path, because, remedy }: Problem): string {
  return `${path} ${because}: ${remedy}`;
}

import { containersOf, kindOf } from "../model/api/containers.ts";
import type { Pod } from "../model/api/pod.ts";
import { allocatable } from "../model/host/allocatable.ts";
import { type Problem, problemSentence } from "../model/problem.ts";
import type { Rejected, Runnable, Translation } from "../model/translation.ts";
import { namesProblem } from "../unitfile/names.ts";
import { dropInvalidAnnotations } from "./annotations/options.ts";
import { containerSocket } from "./annotations/socket.ts";
import { withUsers } from "./annotations/user.ts";
import type { TranslateContext } from "./context.ts";
import { desiredContainer } from "./desired-container.ts";
import { ephemeralContainer } from "./ephemeral.ts";
import { podFiles } from "./network/pod-files.ts";
import { podSandbox } from "./oci/sandbox.ts";
import { podProblems } from "./pod-problems.ts";
import { qosClass } from "./resources/resources.ts";
import { translateSlice } from "./slice.ts";
import { translateImageVolumes } from "./volumes/image-volumes.ts";
import { translateVolumes } from "./volumes/volumes.ts";

/** A pod as units, files and volumes of this host; or why it cannot be. */
export function translatePod(given: Pod, context: TranslateContext): Translation {
  const { users } = context.host.confinementProbe ?? {};
  const pod = withUsers(dropInvalidAnnotations(given, users), users);
  const names = namesProblem(
    pod.metadata,
    containersOf(pod.spec).map(({ name }) => name),
  );
  if (names !== undefined) return rejected(pod, "InvalidName", `${names}; the API server should not have let it pass`);
  if (context.conflict?.kind === "reject" && !isAdmitted(pod))
    return rejected(pod, "NodePorts", context.conflict.message);
  const problems = podProblems(given, context);
  const refused = problems.filter(({ severity }) => severity === "reject");
  // Judged once, when it arrives: what runs is not ended by an upgrade or another setting.
  if (refused.length > 0 && !isAdmitted(pod))
    return rejected(pod, "UnsupportedField", refused.map(problemSentence).join("; "));
  return { kind: "runnable", pod, qosClass: qosClass(pod), problems, ...parts(pod, context, refused) };
}

function parts(
  pod: Pod,
  context: TranslateContext,
  refused: readonly Problem[],
): Omit<Runnable, "kind" | "pod" | "qosClass" | "problems"> {
  const { config, host, references, hostFiles, failedMounts } = context;
  const { initContainers = [], containers } = pod.spec;
  const known = { pod, references, hostFiles, failedMounts, allocatable: allocatable(config, host) };
  const others = translateVolumes(known, context.directory?.volumes ?? new Map());
  const images = translateImageVolumes(pod, context);
  const volumes = { ...others, places: new Map([...others.places, ...images.places]), waits: images.waits };
  const places = [...volumes.places.values()];
  const init = initContainers.map((each) => desiredContainer(pod, each, kindOf(pod, each), context, volumes));
  const main = containers.map((each) => desiredContainer(pod, each, "container", context, volumes));
  const added = (pod.spec.ephemeralContainers ?? []).map((each) =>
    ephemeralContainer(pod, each, context, volumes, refused),
  );
  const desired = [...init, ...main, ...added];
  const needsSandbox = desired.some(({ container }) => container.image !== undefined);
  return {
    slice: translateSlice(pod, qosClass(pod)),
    containers: desired.map(({ container }) => container),
    files: [...podFiles(pod, config, host), ...images.files, ...desired.flatMap(({ files }) => files)],
    companions: [
      ...(needsSandbox ? podSandbox(pod, config, context.libDir) : []),
      ...places.flatMap(({ companions }) => companions),
      ...main.flatMap(({ container: { unit } }, at) => (unit && containerSocket(pod, containers[at], unit)) ?? []),
    ],
    storage: [...places.flatMap(({ storage }) => storage), ...desired.flatMap(({ storage }) => storage)],
    volumes: volumes.written,
    ...(images.desired.length > 0 && { imageVolumes: images.desired }),
  };
}

function isAdmitted({ status }: Pod): boolean {
  return status?.startTime !== undefined && (status.phase === "Pending" || status.phase === "Running");
}

function rejected(pod: Pod, reason: string, message: string): Rejected {
  return { kind: "rejected", pod, reason, message, qosClass: qosClass(pod) };
}

import { containersOf } from "../model/api/containers.ts";
import type { Pod } from "../model/api/pod.ts";
import { allocatable } from "../model/host/allocatable.ts";
import type { MountedClaim } from "../model/pod-summary.ts";
import { type Problem, problemSentence } from "../model/problem.ts";
import type { Rejected, Runnable, Translation } from "../model/translation.ts";
import { namesProblem } from "../unitfile/names.ts";
import { adoptedContainer } from "./adopt/adopted-container.ts";
import { dropInvalidAnnotations } from "./annotations/options.ts";
import { containerSocket } from "./annotations/socket.ts";
import { withUsers } from "./annotations/user.ts";
import { tooManyContainers, withinLimit } from "./container-limit.ts";
import type { ContainerContext, TranslateContext } from "./context.ts";
import { afterNetwork, type ContainerTranslation, desiredContainer } from "./desired-container.ts";
import { ephemeralContainer } from "./ephemeral.ts";
import { networkProblem } from "./network/cluster-network.ts";
import { podFiles } from "./network/pod-files.ts";
import { podSandbox } from "./oci/sandbox.ts";
import { podProblems } from "./pod-problems.ts";
import { policyProblems, refusedContainer } from "./refused-container.ts";
import { resolveContainers } from "./resolve-containers.ts";
import type { ResolvedContainer } from "./resolved-container.ts";
import { qosClass } from "./resources/resources.ts";
import { appArmorRejection } from "./security/security-problems.ts";
import { translateSlice } from "./slice.ts";
import { type ImageVolumes, translateImageVolumes } from "./volumes/image-volumes.ts";
import type { MountSources } from "./volumes/mount-source.ts";
import { translateVolumes, type Volumes } from "./volumes/volumes.ts";

/** Returns the pod as units, files and volumes of this host; or why the node rejects it. */
export function translatePod(given: Pod, context: TranslateContext): Translation {
  const { users } = context.host.confinementProbe ?? {};
  const tooMany = isAdmitted(given) ? undefined : tooManyContainers(given);
  if (tooMany !== undefined) return rejected(given, "UnsupportedField", problemSentence(tooMany));
  const pod = withUsers(dropInvalidAnnotations(withinLimit(given), users), users);
  const names = namesProblem(
    pod.metadata,
    containersOf(pod.spec).map(({ name }) => name),
  );
  if (names !== undefined) return rejected(pod, "InvalidName", `${names}; the API server should not have let it pass`);
  if (context.conflict?.kind === "reject" && !isAdmitted(pod))
    return rejected(pod, "NodePorts", context.conflict.message);
  const [taken] = context.taken?.values() ?? [];
  if (taken !== undefined && !isAdmitted(pod)) return rejected(pod, "UnitTaken", `${taken}: delete one of the pods`);
  const containers = resolveContainers(pod, context);
  const problems = podProblems(given, containers, context);
  const rejecting = problems.filter(({ severity }) => severity === "reject");
  const forbidden = policyProblems(pod, containers, context);
  const unenforced = appArmorRejection(containers, context.host);
  if (unenforced !== undefined && !isAdmitted(pod)) return rejected(pod, unenforced.reason, unenforced.message);
  // A pod is rejected only when it arrives: an upgrade or another setting does not end one that runs.
  if (rejecting.length > 0 && !isAdmitted(pod))
    return rejected(pod, "UnsupportedField", rejecting.map(problemSentence).join("; "));
  if (forbidden.length > 0 && !isAdmitted(pod))
    return rejected(pod, "HostAccessForbidden", forbidden.map(problemSentence).join("; "));
  const runnable = runnableParts(pod, containers, context, rejecting);
  return { kind: "runnable", pod, qosClass: qosClass(pod), network: context.network, problems, ...runnable };
}

function runnableParts(
  pod: Pod,
  containers: readonly ResolvedContainer[],
  context: TranslateContext,
  rejecting: readonly Problem[],
): Omit<Runnable, "kind" | "pod" | "qosClass" | "network" | "problems"> {
  const { volumes, images } = resolveVolumes(pod, context);
  const within = { ...context, volumes };
  const desired = containers.map((each) => {
    const translation = refusedContainer(each, context) ?? containerTranslation(each, within, rejecting);
    return afterNetwork(each, translation);
  });
  const awaited = networkProblem(context);
  const needsSandbox = !context.network.isHost || desired.some(({ container }) => container.image !== undefined);
  const sources = [...volumes.sources.values()];
  const claims = mountedClaims(volumes.sources);
  return {
    slice: translateSlice(pod, qosClass(pod), context),
    containers: desired.map(({ container }) => container),
    files: [...podFiles(pod, context), ...images.files, ...desired.flatMap(({ files }) => files)],
    auxiliaryUnits: [
      ...(needsSandbox && awaited === undefined ? podSandbox(pod, containers, context) : []),
      ...sources.flatMap(({ auxiliaryUnits }) => auxiliaryUnits),
      ...containers.flatMap((each, at) => containerSocket(each, desired[at]?.container.unit) ?? []),
    ],
    storage: sources.flatMap(({ storage }) => storage),
    volumes: volumes.written,
    ...(awaited !== undefined && { networkProblem: awaited }),
    ...(volumes.stale.size > 0 && { staleVolumes: volumes.stale }),
    ...(claims.length > 0 && { claims }),
    ...(images.desired.length > 0 && { imageVolumes: images.desired }),
  };
}

function containerTranslation(
  resolved: ResolvedContainer,
  context: ContainerContext,
  rejecting: readonly Problem[],
): ContainerTranslation {
  if (resolved.reference.kind === "unit") return adoptedContainer(resolved, context, rejecting);
  return resolved.kind === "ephemeral"
    ? ephemeralContainer(resolved, context, rejecting)
    : desiredContainer(resolved, context);
}

function resolveVolumes(
  pod: Pod,
  context: TranslateContext,
): { readonly volumes: Volumes & Pick<ImageVolumes, "waits">; readonly images: ImageVolumes } {
  const { config, host, node, references, hostFiles, failedMounts, directory } = context;
  const { hostPaths } = config;
  const own = { pod, hostPaths, failures: directory?.failures, allocatable: allocatable(config, host) };
  const known = { ...own, node, references, hostFiles, failedMounts };
  const others = translateVolumes(known, directory?.volumes ?? new Map());
  const images = translateImageVolumes(pod, context);
  const sources = new Map([...others.sources, ...images.sources]);
  return { volumes: { ...others, sources, waits: images.waits }, images };
}

function mountedClaims(sources: MountSources): readonly MountedClaim[] {
  return [...sources].flatMap(([volume, { claim, path }]) => (claim === undefined ? [] : { volume, claim, path }));
}

function isAdmitted({ status }: Pod): boolean {
  return status?.startTime !== undefined && (status.phase === "Pending" || status.phase === "Running");
}

function rejected(pod: Pod, reason: string, message: string): Rejected {
  return { kind: "rejected", pod, reason, message, qosClass: qosClass(pod) };
}

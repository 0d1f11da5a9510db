import type { Pod } from "../model/api/pod.ts";
import { type Problem, problemSentence } from "../model/problem.ts";
import type { TranslateContext } from "./context.ts";
import { type ContainerTranslation, waitingFor } from "./desired-container.ts";
import type { ResolvedContainer } from "./resolved-container.ts";
import { nodePolicyProblems } from "./security/node-policy.ts";
import { hostPathMountProblems, hostPathVolumeProblems } from "./volumes/allowed-host-paths.ts";

type PolicyContext = Pick<TranslateContext, "config" | "host" | "images" | "units">;

/** Returns what the node's policy refuses of a pod that arrives, each problem once. */
export function policyProblems(
  pod: Pod,
  containers: readonly ResolvedContainer[],
  context: PolicyContext,
): readonly Problem[] {
  const problems = [
    ...hostPathVolumeProblems(pod, context.config.hostPaths),
    ...containers.filter(({ kind }) => kind !== "ephemeral").flatMap((each) => containerProblems(each, context)),
  ];
  return [...new Map(problems.map((problem) => [problemSentence(problem), problem])).values()];
}

/**
 * Returns the translation of a container of an admitted pod that the node's policy refuses; undefined when it may
 * start. An image, an annotation and an ephemeral container can change what the pod was admitted for. A container that
 * has its unit already continues, so that another setting ends none.
 */
export function refusedContainer(
  resolved: ResolvedContainer,
  context: PolicyContext,
): ContainerTranslation | undefined {
  if (hasUnit(resolved, context)) return undefined;
  const [problem] = containerProblems(resolved, context);
  return problem && waitingFor(resolved, "CreateContainerConfigError", problemSentence(problem));
}

function containerProblems(resolved: ResolvedContainer, context: PolicyContext): Problem[] {
  return [...nodePolicyProblems(resolved, context), ...hostPathMountProblems(resolved, context.config.hostPaths)];
}

function hasUnit({ pod, unitName, specHash }: ResolvedContainer, { units }: PolicyContext): boolean {
  const identity = units?.get(unitName)?.identity;
  return identity?.podUID === pod.metadata.uid && identity.specHash === specHash;
}

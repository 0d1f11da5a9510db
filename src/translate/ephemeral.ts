import { type Problem, problemSentence } from "../model/problem.ts";
import type { ContainerContext } from "./context.ts";
import { type ContainerTranslation, desiredContainer, waitingFor } from "./desired-container.ts";
import type { ResolvedContainer } from "./resolved-container.ts";

/**
 * Returns the translation of an ephemeral container. One that cannot start waits, because the pod, which runs already,
 * is never rejected for it.
 */
export function ephemeralContainer(
  resolved: ResolvedContainer,
  context: ContainerContext,
  rejecting: readonly Problem[],
): ContainerTranslation {
  const problem = rejecting.find(({ path }) => path.startsWith(resolved.path));
  if (problem !== undefined) return waitingFor(resolved, "CreateContainerConfigError", problemSentence(problem));
  const translation = desiredContainer(resolved, context);
  const absent = translation.container.unit === undefined ? undefined : absentTarget(resolved, context);
  return absent === undefined ? translation : waitingFor(resolved, "CreateContainerConfigError", absent);
}

/**
 * Returns why the target cannot be entered. It must be running when the container starts for the first time; later it
 * may be gone.
 */
function absentTarget(
  { pod, container, target }: ResolvedContainer,
  { directory }: Pick<ContainerContext, "directory">,
): string | undefined {
  const { hostPID, shareProcessNamespace } = pod.spec;
  const own = directory?.histories.get(container.name);
  if (target === undefined || hostPID || shareProcessNamespace) return undefined;
  if (own?.started !== undefined || own?.exits.length) return undefined;
  if (directory?.histories.get(target)?.started !== undefined) return undefined;
  return `unable to find target container ${target}: it is not running`;
}

import type { EphemeralContainer, Pod } from "../model/api/pod.ts";
import { type Problem, problemSentence } from "../model/problem.ts";
import { containerUnitName } from "../unitfile/names.ts";
import type { TranslateContext } from "./context.ts";
import { type DesiredContainerInput, desiredContainer } from "./desired-container.ts";
import { targetOf } from "./oci/namespaces.ts";

type Volumes = Parameters<typeof desiredContainer>[4];

/** A pod that runs goes on, whatever is added to it. */
export function ephemeralContainer(
  pod: Pod,
  container: EphemeralContainer,
  context: TranslateContext,
  volumes: Volumes,
  refused: readonly Problem[],
): DesiredContainerInput {
  const { name } = container;
  const problem = refused.find(({ path }) => path.startsWith(`spec.ephemeralContainers[${name}]`));
  if (problem !== undefined) return waiting(pod, container, problemSentence(problem));
  const parts = desiredContainer(pod, container, "ephemeral", context, volumes);
  const absent = parts.container.unit === undefined ? undefined : absentTarget(pod, container, context);
  return absent === undefined ? parts : waiting(pod, container, absent);
}

/** Whose processes it is to see must have some. Once it has started that counts no more. */
function absentTarget(
  pod: Pod,
  container: EphemeralContainer,
  { config, directory }: Pick<TranslateContext, "config" | "directory">,
): string | undefined {
  const { hostPID, shareProcessNamespace } = pod.spec;
  const target = hostPID || shareProcessNamespace ? undefined : targetOf(pod, container, config);
  const own = directory?.histories.get(container.name);
  if (target === undefined || own?.started !== undefined || own?.exits.length) return undefined;
  if (directory?.histories.get(target)?.started !== undefined) return undefined;
  return `unable to find target container ${target}: it is not running`;
}

function waiting({ metadata }: Pod, { name }: EphemeralContainer, message: string): DesiredContainerInput {
  const unitName = containerUnitName(metadata.namespace, metadata.name, name);
  const container = { name, unitName, waiting: { reason: "CreateContainerConfigError", message } };
  return { container: { ...container, kind: "ephemeral" }, files: [], storage: [] };
}

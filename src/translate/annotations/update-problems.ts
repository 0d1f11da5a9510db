import type { Container, Pod } from "../../model/api/pod.ts";
import { AUTO_UPDATE, asksForUpdates, whyFixed } from "../../model/auto-update.ts";
import type { Config } from "../../model/host/config.ts";
import type { Problem } from "../../model/problem.ts";

/** Returns why images are not updated although the annotation asks for it. */
export function updateProblems(pod: Pod, { cluster }: Pick<Config, "cluster">): Problem[] {
  const { annotations, ownerReferences = [] } = pod.metadata;
  const keys = Object.keys(annotations ?? {}).filter((key) => key === AUTO_UPDATE || key.startsWith(`${AUTO_UPDATE}.`));
  if (keys.length === 0) return [];
  const all = (because: string, remedy: string) => keys.map((key) => ignored(key, because, remedy));
  if (cluster !== undefined)
    return all(
      "has no effect on a node of a cluster, which says what its pods run",
      "use kubectl set image, or kubectl rollout restart with imagePullPolicy: Always",
    );
  if (ownerReferences.some(({ kind }) => kind === "Job"))
    return all(
      "has no effect on the pods of a Job, which end by themselves",
      "remove it, and set imagePullPolicy: Always so that each new pod asks the registry",
    );
  return ofContainers(pod, keys);
}

/** One annotation for a pod may have no effect on some containers; one that has no effect at all is a mistake. */
function ofContainers({ metadata, spec }: Pod, keys: readonly string[]): Problem[] {
  const { annotations, ownerReferences = [] } = metadata;
  const ofInit = (spec.initContainers ?? []).map((each) => ({
    ...each,
    because: ownerReferences.length === 0 ? "it is an init container, which does not run again" : reasonOf(each),
  }));
  const others = spec.containers.map((each) => ({ ...each, because: reasonOf(each) }));
  const asked = [...ofInit, ...others].filter(({ name }) => asksForUpdates(annotations, name));
  const isUseless = asked.every(({ because }) => because !== undefined);
  return keys.flatMap((key) => {
    const own = asked.filter(
      ({ name }) =>
        key === `${AUTO_UPDATE}.${name}` || (key === AUTO_UPDATE && !keys.includes(`${AUTO_UPDATE}.${name}`)),
    );
    return own.flatMap(({ name, because }) => {
      if (because === undefined) return [];
      const problem = ignored(
        key,
        `has no effect on container ${name}: ${because}`,
        "name an image of a registry by a tag, or remove the annotation",
      );
      return key === AUTO_UPDATE && !isUseless ? [{ ...problem, severity: "note" as const }] : [problem];
    });
  });
}

/** A digest may come from an update, so `unitlet auto-update` alone names those of a manifest. */
function reasonOf(container: Container): string | undefined {
  return container.image?.includes("@sha256:") ? undefined : whyFixed(container);
}

function ignored(key: string, because: string, remedy: string): Problem {
  return { severity: "ignore", path: `metadata.annotations[${key}]`, because, remedy };
}

import { containersOf, declaredContainers } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { Config } from "../../model/host/config.ts";
import type { Problem } from "../../model/problem.ts";
import { isOnImage, targetOf } from "./namespaces.ts";

/** Whose processes a container is meant to see: that can be had only on the files of images. */
export function processProblems(pod: Pod, config: Pick<Config, "images">): Problem[] {
  return [...sharingProblems(pod, config), ...targetProblems(pod, config)];
}

function sharingProblems({ spec }: Pod, config: Pick<Config, "images">): Problem[] {
  if (!spec.shareProcessNamespace || declaredContainers(spec).every((each) => isOnImage(each, config))) return [];
  return [
    {
      severity: "ignore",
      path: "spec.shareProcessNamespace",
      because:
        "is ignored on the host's files: process numbers are the host's, and containers can reach the processes of others",
      remedy: "nothing to do if the containers only need to see each other",
    },
  ];
}

function targetProblems(pod: Pod, config: Pick<Config, "images">): Problem[] {
  const { ephemeralContainers = [], hostPID, shareProcessNamespace } = pod.spec;
  const lost = ephemeralContainers.filter((each) => {
    const isMeant = containersOf(pod.spec).some(({ name }) => name === each.targetContainerName);
    return isMeant && isOnImage(each, config) && targetOf(pod, each, config) === undefined;
  });
  if (hostPID || shareProcessNamespace) return [];
  return lost.map(({ name, targetContainerName }) => ({
    severity: "ignore",
    path: `spec.ephemeralContainers[${name}].targetContainerName`,
    because: `is ignored: container ${targetContainerName} is on the host's files, and its process numbers are the host's`,
    remedy: "debug it with --image=host, from where its processes can be seen",
  }));
}

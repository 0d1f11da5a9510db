import { containersOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import { hasOwnFiles } from "../../model/image/image-reference.ts";
import type { Problem } from "../../model/problem.ts";
import type { ResolvedContainer } from "../resolved-container.ts";

/** Returns problems with shareProcessNamespace and targetContainerName, which need containers on images. */
export function processProblems(pod: Pod, containers: readonly ResolvedContainer[]): Problem[] {
  return [...sharingProblems(pod, containers), ...targetProblems(pod, containers)];
}

function sharingProblems({ spec }: Pod, containers: readonly ResolvedContainer[]): Problem[] {
  const declared = containers.filter(({ kind }) => kind !== "ephemeral");
  if (!spec.shareProcessNamespace || declared.every(({ reference }) => hasOwnFiles(reference))) return [];
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

function targetProblems({ spec }: Pod, containers: readonly ResolvedContainer[]): Problem[] {
  const { ephemeralContainers = [], hostPID, shareProcessNamespace } = spec;
  if (hostPID || shareProcessNamespace) return [];
  return ephemeralContainers.flatMap(({ name, targetContainerName }): Problem[] => {
    const own = containers.find(({ container }) => container.name === name);
    const isMeant = containersOf(spec).some((each) => each.name === targetContainerName);
    if (own === undefined || !isMeant || !hasOwnFiles(own.reference) || own.target !== undefined) return [];
    return [
      {
        severity: "ignore",
        path: `${own.path}.targetContainerName`,
        because: `is ignored: container ${targetContainerName} is on the host's files, and its process numbers are the host's`,
        remedy: "debug it with --image=host, from where its processes can be seen",
      },
    ];
  });
}

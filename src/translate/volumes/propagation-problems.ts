import { hasOwnFiles } from "../../model/image/image-reference.ts";
import type { Problem } from "../../model/problem.ts";
import type { ResolvedContainer } from "../resolved-container.ts";

/** Returns a problem for each mount whose mounts cannot appear on the host, as `Bidirectional` asks for. */
export function propagationProblems(containers: readonly ResolvedContainer[]): Problem[] {
  return containers.flatMap(({ path, container: { volumeMounts = [] }, reference }) =>
    volumeMounts.flatMap(({ mountPropagation, subPath, subPathExpr }, at): Problem[] => {
      if (mountPropagation !== "Bidirectional") return [];
      const rejected = { severity: "reject", path: `${path}.volumeMounts[${at}].mountPropagation` } as const;
      if (!hasOwnFiles(reference))
        return [
          {
            ...rejected,
            because: "cannot be Bidirectional on the host's files: mounts that a container makes there stay its own",
            remedy: "use an image, or mount it on the host, and use HostToContainer",
          },
        ];
      if (!subPath && !subPathExpr) return [];
      const because = "cannot be Bidirectional with subPath: the path within the volume is a mount of its own";
      return [{ ...rejected, because, remedy: "mount the whole volume" }];
    }),
  );
}

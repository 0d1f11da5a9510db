import type { Config } from "../../model/config.ts";
import { declaredContainers } from "../../model/containers.ts";
import { parseImage } from "../../model/image-reference.ts";
import type { Pod } from "../../model/pod.ts";
import type { Problem } from "../../model/problem.ts";
import { containerPath } from "../container-path.ts";

/** What holds on the host's files, and not on those of an image. */
export function imageProblems(pod: Pod, { images }: Config): Problem[] {
  const all = declaredContainers(pod.spec);
  const onImages = all.filter(({ image }) => images !== "ignore" && parseImage(image ?? "").kind !== "host");
  return onImages.flatMap((container): Problem[] =>
    container.stdin
      ? [
          {
            severity: "ignore",
            path: `${containerPath(pod, container)}.stdin`,
            because: "is ignored on the files of an image: standard input is empty, and nobody can attach to it",
            remedy: "let the program read a file, or enter it with kubectl exec",
          },
        ]
      : [],
  );
}

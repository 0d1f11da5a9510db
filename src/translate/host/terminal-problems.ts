import { declaredContainers } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { Config } from "../../model/host/config.ts";
import { parseImage } from "../../model/image/image-reference.ts";
import type { Problem } from "../../model/problem.ts";
import { isInteractive } from "../../model/terminal.ts";
import { containerPath } from "../container-path.ts";

/** A terminal for as long as the container runs is to be had on the files of an image alone. */
export function terminalProblems(pod: Pod, { images }: Pick<Config, "images">): Problem[] {
  const asking = declaredContainers(pod.spec).filter((each) => each.tty && !isInteractive(each));
  const without = asking.filter(
    ({ image }) => images === "ignore" || !["oci", "tarball"].includes(parseImage(image ?? "").kind),
  );
  return without.map((container) => ({
    severity: "ignore",
    path: `${containerPath(pod, container)}.tty`,
    because:
      "is ignored: on the host's files there is a terminal only while somebody is attached, and only with stdin and stdinOnce",
    remedy: "set both, as kubectl run -it does, or use kubectl exec -it",
  }));
}

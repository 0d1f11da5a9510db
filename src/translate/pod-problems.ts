import type { Config } from "../model/config.ts";
import { parseImage } from "../model/image-reference.ts";
import type { Pod } from "../model/pod.ts";
import type { Problem } from "../model/problem.ts";
import { type PortConflict, remappedPort } from "./ports.ts";
import { runAsNonRootProblem } from "./security.ts";
import { fieldProblems } from "./supported.ts";

/** All that the pod's owner must hear of what it asks for on this host. */
export function podProblems(pod: Pod, config: Config, conflict: PortConflict | undefined): Problem[] {
  const problems = fieldProblems(pod);
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    // The user that an image says is not known before it is there: that one waits with the kubelet's words.
    const isKnown = config.images === "ignore" || parseImage(container.image ?? "").kind === "host";
    const problem = isKnown ? runAsNonRootProblem(pod, container) : undefined;
    if (problem !== undefined) problems.push(problem);
  }
  return [...problems, ...networkProblems(pod, config, conflict)];
}

function networkProblems(pod: Pod, config: Config, conflict: PortConflict | undefined): Problem[] {
  const problems: Problem[] = [];
  const remapped = remappedPort(pod);
  if (remapped !== undefined) {
    problems.push({
      severity: "reject",
      ...remapped,
      because: "differs from containerPort, and pods here are on the host's network",
      remedy: "use the same number for both",
    });
  }
  if (!pod.spec.hostNetwork) {
    problems.push({
      severity: config.podNetwork === "strict" ? "reject" : "ignore",
      path: "spec.hostNetwork",
      because: "is false, and pods here are on the host's network",
      remedy: "set it to true to say that this is meant",
    });
  }
  if (conflict?.kind === "warn") {
    problems.push({
      severity: "ignore",
      path: conflict.path,
      because: conflict.because,
      remedy: "give one of them another port, or roll out with maxSurge: 0",
    });
  }
  return problems;
}

import type { Pod } from "../model/api/pod.ts";
import type { Config } from "../model/host/config.ts";
import type { Problem } from "../model/problem.ts";
import { adoptionProblems } from "./adopt/problems.ts";
import { annotationProblems } from "./annotations/options.ts";
import { updateProblems } from "./annotations/update-problems.ts";
import type { TranslateContext } from "./context.ts";
import { nameProblems } from "./fields/name-problems.ts";
import { fieldProblems } from "./fields/supported.ts";
import { terminalProblems } from "./host/terminal-problems.ts";
import { capabilityProblems } from "./network/cluster-network.ts";
import { hostIPs, type PortConflict, remappedPort } from "./network/ports.ts";
import { processProblems } from "./oci/process-problems.ts";
import type { ResolvedContainer } from "./resolved-container.ts";
import { deviceProblems } from "./resources/other-resources.ts";
import { securityProblems } from "./security/security-problems.ts";
import { propagationProblems } from "./volumes/propagation-problems.ts";

/**
 * Returns what of the pod this node rejects or ignores. `containers` are those of the pod with its valid annotations
 * only.
 */
export function podProblems(
  pod: Pod,
  containers: readonly ResolvedContainer[],
  { config, host, node, conflict, network, clusterNetwork }: TranslateContext,
): Problem[] {
  return [
    ...fieldProblems(pod),
    ...adoptionProblems(containers),
    ...deviceProblems(pod, node),
    ...terminalProblems(containers),
    ...processProblems(pod, containers),
    ...propagationProblems(containers),
    ...annotationProblems(pod, host.confinementProbe?.users),
    ...updateProblems(pod, config),
    ...securityProblems(containers, host),
    ...nameProblems(pod, config, host),
    ...(network.isHost ? networkProblems(pod, config, conflict) : capabilityProblems(pod, clusterNetwork)),
  ];
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
  // With "default" an Event of the Node says this once for all pods (report/events/node-events.ts).
  if (!pod.spec.hostNetwork && config.hostNetwork === "required") {
    problems.push({
      severity: "reject",
      path: "spec.hostNetwork",
      because: "is false, and pods here are on the host's network",
      remedy: "set it to true to say that this is meant",
    });
  }
  for (const path of hostIPs(pod)) {
    const because = "is ignored: the program chooses the address that it listens on";
    problems.push({ severity: "ignore", path, because, remedy: "configure the address in the program" });
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

import type { Host } from "../../model/host/host.ts";
import type { Problem } from "../../model/problem.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import type { AdmissionRejection } from "../resources/fit.ts";
import { unknownCapabilities } from "./capabilities.ts";
import { appArmorOf, containerAppArmor } from "./rights.ts";
import { runAsNonRootProblem } from "./user.ts";

/** Returns a problem that rejects the pod for each field that tightens security and cannot be honoured. */
export function securityProblems(
  containers: readonly ResolvedContainer[],
  { confinementProbe }: Pick<Host, "confinementProbe">,
): Problem[] {
  return containers.flatMap((each) =>
    [
      // The image's USER is not known before the image is here: such a container waits with the kubelet's message.
      each.reference.kind === "host" ? runAsNonRootProblem(each) : undefined,
      capabilityProblem(each),
      appArmorProblem(each, confinementProbe?.appArmorProfiles),
    ].filter((problem) => problem !== undefined),
  );
}

function capabilityProblem({ container, path }: ResolvedContainer): Problem | undefined {
  const { add = [], drop = [] } = container.securityContext?.capabilities ?? {};
  const unknown = unknownCapabilities([...add, ...drop]);
  if (unknown.length === 0) return undefined;
  return {
    severity: "reject",
    path: `${path}.securityContext.capabilities`,
    because: `names ${unknown.join(", ")}, which Linux does not have`,
    remedy: "write capabilities as capabilities(7) does, without CAP_",
  };
}

function appArmorProblem(resolved: ResolvedContainer, loaded: readonly string[] | undefined): Problem | undefined {
  const obstacle = appArmorObstacle(resolved, loaded);
  if (obstacle === undefined) return undefined;
  const isOwn = resolved.container.securityContext?.appArmorProfile !== undefined;
  return {
    severity: "reject",
    path: `${isOwn ? resolved.path : "spec"}.securityContext.appArmorProfile`,
    because: `cannot be enforced: ${obstacle}`,
    remedy:
      loaded === undefined
        ? "boot the host with AppArmor, or remove the field"
        : "load it on the host with apparmor_parser",
  };
}

/** Returns why a container cannot have its AppArmor profile; undefined when it can. A privileged one has none. */
function appArmorObstacle(
  { pod, container }: ResolvedContainer,
  loaded: readonly string[] | undefined,
): string | undefined {
  const profile = appArmorOf(pod, container);
  if (profile === undefined || profile.type === "Unconfined" || container.securityContext?.privileged) return undefined;
  if (loaded === undefined) return "AppArmor is not enabled on the host";
  const name = containerAppArmor(pod, container);
  return name === undefined || loaded.includes(name) ? undefined : `profile "${name}" is not loaded`;
}

/**
 * Returns the kubelet's rejection of a pod with an AppArmor profile on a host without AppArmor (`lifecycle/handlers.go:
 * Admit`, v1.36).
 */
export function appArmorRejection(
  containers: readonly ResolvedContainer[],
  { confinementProbe }: Pick<Host, "confinementProbe">,
): AdmissionRejection | undefined {
  if (confinementProbe?.appArmorProfiles !== undefined) return undefined;
  const obstacle = containers.map((each) => appArmorObstacle(each, undefined)).find((each) => each !== undefined);
  if (obstacle === undefined) return undefined;
  return { reason: "AppArmor", message: `Cannot enforce AppArmor: ${obstacle}` };
}

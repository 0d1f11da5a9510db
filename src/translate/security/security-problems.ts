import type { Host } from "../../model/host/host.ts";
import type { Problem } from "../../model/problem.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { unknownCapabilities } from "./capabilities.ts";
import { containerAppArmor } from "./rights.ts";
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

function appArmorProblem(
  { pod, container, path }: ResolvedContainer,
  loaded: readonly string[] | undefined,
): Problem | undefined {
  const name = containerAppArmor(pod, container);
  if (name === undefined || container.securityContext?.privileged || loaded?.includes(name)) return undefined;
  const isOwn = container.securityContext?.appArmorProfile !== undefined;
  return {
    severity: "reject",
    path: `${isOwn ? path : "spec"}.securityContext.appArmorProfile`,
    because:
      loaded === undefined
        ? "cannot be enforced: AppArmor is not enabled on the host"
        : `cannot be enforced: profile "${name}" is not loaded`,
    remedy:
      loaded === undefined
        ? "boot the host with AppArmor, or remove the field"
        : "load it on the host with apparmor_parser",
  };
}

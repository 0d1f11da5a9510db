import { containersOf } from "../../model/api/containers.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import type { Config } from "../../model/host/config.ts";
import type { Host } from "../../model/host/host.ts";
import { parseImage } from "../../model/image/image-reference.ts";
import type { Problem } from "../../model/problem.ts";
import { containerPath } from "../container-path.ts";
import { unknownCapabilities } from "./capabilities.ts";
import { containerAppArmor } from "./rights.ts";
import { runAsNonRootProblem } from "./user.ts";

/** What tightens security and cannot be honoured is never dropped: the pod fails. */
export function securityProblems(pod: Pod, { images }: Config, { confinementProbe }: Host): Problem[] {
  return containersOf(pod.spec).flatMap((container) =>
    [
      // The user that an image says is not known before it is there: that one waits with the kubelet's words.
      images === "ignore" || parseImage(container.image ?? "").kind === "host"
        ? runAsNonRootProblem(pod, container)
        : undefined,
      capabilityProblem(pod, container),
      appArmorProblem(pod, container, confinementProbe?.appArmorProfiles),
    ].filter((problem) => problem !== undefined),
  );
}

function capabilityProblem(pod: Pod, container: Container): Problem | undefined {
  const { add = [], drop = [] } = container.securityContext?.capabilities ?? {};
  const unknown = unknownCapabilities([...add, ...drop]);
  if (unknown.length === 0) return undefined;
  return {
    severity: "reject",
    path: `${containerPath(pod, container)}.securityContext.capabilities`,
    because: `names ${unknown.join(", ")}, which Linux does not have`,
    remedy: "write capabilities as capabilities(7) does, without CAP_",
  };
}

function appArmorProblem(pod: Pod, container: Container, loaded: readonly string[] | undefined): Problem | undefined {
  const name = containerAppArmor(pod, container);
  if (name === undefined || container.securityContext?.privileged || loaded?.includes(name)) return undefined;
  const isOwn = container.securityContext?.appArmorProfile !== undefined;
  return {
    severity: "reject",
    path: `${isOwn ? containerPath(pod, container) : "spec"}.securityContext.appArmorProfile`,
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

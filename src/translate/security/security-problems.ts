import type { Pod } from "../../model/api/pod.ts";
import type { Host } from "../../model/host/host.ts";
import { hasOwnFiles } from "../../model/image/image-reference.ts";
import type { Problem } from "../../model/problem.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import type { AdmissionRejection } from "../resources/fit.ts";
import { unknownCapabilities } from "./capabilities.ts";
import { labelPaths } from "./host-files.ts";
import { appArmorOf, containerAppArmor } from "./rights.ts";
import { seccompOf } from "./seccomp.ts";
import { runAsNonRootProblem } from "./user.ts";

/** Returns a problem that rejects the pod for each field that tightens security and cannot be honoured. */
export function securityProblems(
  containers: readonly ResolvedContainer[],
  { confinementProbe }: Pick<Host, "confinementProbe">,
): Problem[] {
  const own = containers.flatMap((each) =>
    [
      // The image's USER is not known before the image is here: such a container waits with the kubelet's message.
      each.reference.kind === "host" ? runAsNonRootProblem(each) : undefined,
      capabilityProblem(each),
      appArmorProblem(each, confinementProbe?.appArmorProfiles),
      seccompProblem(each),
    ].filter((problem) => problem !== undefined),
  );
  const [first] = containers;
  return [...own, ...(first ? labelProblems(first.pod, confinementProbe?.hasSELinux ?? false) : [])];
}

/** crun applies a profile of the node; systemd has no rules on arguments. */
function seccompProblem({ pod, container, reference, path }: ResolvedContainer): Problem | undefined {
  if (hasOwnFiles(reference) || seccompOf(pod, container).type !== "localhost") return undefined;
  const isOwn = container.securityContext?.seccompProfile !== undefined;
  return {
    severity: "reject",
    path: `${isOwn ? path : "spec"}.securityContext.seccompProfile`,
    because: "names a profile of the node, and systemd cannot express its rules on arguments",
    remedy: "use type RuntimeDefault, or an image with files of its own",
  };
}

/** A label has no effect on a host without SELinux, under any node agent. */
function labelProblems(pod: Pod, hasSELinux: boolean): Problem[] {
  return labelPaths(pod).map((path) =>
    hasSELinux
      ? {
          severity: "reject",
          path,
          because: "asks for a label, but unitlet sets no labels: the host's policy decides",
          remedy: "remove the field, and label the program on the host",
        }
      : { severity: "note", path, because: "has no effect, because SELinux is off on this host", remedy: "" },
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

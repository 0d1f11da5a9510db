import type { ContainerContext } from "./context.ts";
import { serviceLaunch } from "./deb/launch.ts";
import { hostLaunch } from "./host/launch.ts";
import type { ResolvedImage } from "./images/resolve.ts";
import type { Launch, LaunchFailure } from "./launch.ts";
import { imageLaunch } from "./oci/launch.ts";
import type { ResolvedContainer } from "./resolved-container.ts";
import { runAsNonRootViolation } from "./security/accounts.ts";

/**
 * Chooses how the container is started, by what its image is. Throws UnquotableError for what no program can be given.
 */
export function launchContainer(
  container: ResolvedContainer,
  image: Exclude<ResolvedImage, { kind: "absent" }>,
  context: ContainerContext,
): Launch | LaunchFailure {
  switch (image.kind) {
    case "stored":
      return imageLaunch(container, image.stored, context);
    case "package":
      return container.container.command?.length
        ? packageProgram(container, context)
        : serviceLaunch(container, image.onHost, context);
    case "host":
      return hostLaunch(container, context);
  }
}

/**
 * Returns the launch of the pod's own command on the host's files, which the package has brought. Without runAsUser it
 * runs as root.
 */
function packageProgram(container: ResolvedContainer, context: ContainerContext): Launch | LaunchFailure {
  const message = runAsNonRootViolation(container, container.user.uid ?? 0, "");
  return message === undefined
    ? hostLaunch(container, context)
    : { ok: false, reason: "CreateContainerConfigError", message };
}

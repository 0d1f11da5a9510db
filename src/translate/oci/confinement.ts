import type { Confinement, Mount, ProcessUser } from "../../model/confinement.ts";
import type { StoredImage } from "../../model/image/image.ts";
import { podRoot } from "../../model/paths.ts";
import type { TranslateContext } from "../context.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { capabilitiesWithin } from "../security/capabilities.ts";
import { containerConfinement } from "../security/confinement.ts";
import { READ_ONLY_PATHS } from "../security/rights.ts";
import { cleanPath } from "../volumes/clean-path.ts";
import { imageNamespaces } from "./namespaces.ts";

/** Paths that identify the hardware or the kernel. */
const MASKED = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/sys/devices/virtual/powercap",
  "/sys/firmware",
];

interface ImageRights {
  readonly image: StoredImage;
  readonly user: ProcessUser;
  readonly mounts: readonly Mount[];
}

/** Returns the confinement of a container on an image: what a container runtime would give it. */
export function imageConfinement(
  resolved: ResolvedContainer,
  { image, user, mounts: mounted }: ImageRights,
  context: Pick<TranslateContext, "config" | "host" | "images">,
): Confinement {
  const { pod, container, sharesSandbox } = resolved;
  const onHost = containerConfinement(resolved, context, mounted);
  // The sandbox has the pod's /dev/shm, and the parameters of its IPC.
  const mounts = onHost.mounts.filter(({ type, target }) => !sharesSandbox || type === "bind" || target !== "/dev/shm");
  const groups = new Set([...user.groups, ...onHost.user.groups].filter((group) => group !== user.gid));
  return {
    ...onHost,
    user: { ...user, groups: [...groups].toSorted((a, b) => a - b) },
    workingDirectory: cleanPath(container.workingDir || image.config.workingDirectory || "/"),
    root: {
      kind: "tree",
      path: `${podRoot(pod.metadata.uid, container.name)}/root`,
      readOnly: onHost.root.readOnly,
    },
    mounts: [...hostFiles().filter(({ target }) => !mounts.some((mount) => mount.target === target)), ...mounts],
    maskedPaths: MASKED,
    readOnlyPaths: READ_ONLY_PATHS,
    // crun fails for a capability that the host itself lacks; other runtimes leave it out.
    capabilities: capabilitiesWithin(onHost.capabilities, context.images?.capabilities ?? -1n),
    namespaces: imageNamespaces(resolved, onHost.namespaces),
    sysctls: sharesSandbox ? {} : onHost.sysctls,
  };
}

/** Returns the mounts of the host's files for resolving names, while pods are on the host's network. */
function hostFiles(): Confinement["mounts"] {
  return ["/etc/hosts", "/etc/resolv.conf"].map((path) => ({
    type: "bind",
    source: path,
    target: path,
    readOnly: true,
    recursiveReadOnly: false,
    propagation: "private",
  }));
}

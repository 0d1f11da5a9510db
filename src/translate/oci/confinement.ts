import type { Capability, Confinement, ProcessUser } from "../../model/confinement.ts";
import type { StoredImage } from "../../model/image.ts";
import { podRoot } from "../../model/paths.ts";
import type { Container, Pod } from "../../model/pod.ts";
import { cleanPath } from "../clean-path.ts";
import { containerConfinement } from "../confinement.ts";
import { containerMounts } from "../mounts.ts";

/** What container runtimes leave to a container that asks for nothing. */
const CAPABILITIES: readonly Capability[] = [
  "CAP_AUDIT_WRITE",
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FOWNER",
  "CAP_FSETID",
  "CAP_KILL",
  "CAP_MKNOD",
  "CAP_NET_BIND_SERVICE",
  "CAP_NET_RAW",
  "CAP_SETFCAP",
  "CAP_SETGID",
  "CAP_SETPCAP",
  "CAP_SETUID",
  "CAP_SYS_CHROOT",
];

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

const READ_ONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/** The rights of a container on the files of an image: what a container runtime would give it. */
export function imageConfinement(pod: Pod, container: Container, image: StoredImage, user: ProcessUser): Confinement {
  const { metadata, spec } = pod;
  return {
    ...containerConfinement(pod, container),
    user,
    workingDirectory: cleanPath(container.workingDir || image.config.workingDirectory || "/"),
    root: {
      kind: "tree",
      path: `${podRoot(metadata.uid, container.name)}/root`,
      readOnly: container.securityContext?.readOnlyRootFilesystem ?? false,
    },
    mounts: [...hostFiles(), ...containerMounts(pod, container)],
    maskedPaths: MASKED,
    readOnlyPaths: READ_ONLY,
    capabilities: CAPABILITIES,
    ...(!spec.hostNetwork && { hostname: metadata.name.slice(0, 63) }),
    namespaces: {
      pid: "container",
      ipc: "container",
      network: "host",
      uts: spec.hostNetwork ? "host" : "container",
      user: "host",
    },
  };
}

/** By which names are resolved, which is the host's business while pods are on its network. */
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

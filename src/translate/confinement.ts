import type { Confinement } from "../model/confinement.ts";
import type { Container, Pod } from "../model/pod.ts";
import { cleanPath } from "./clean-path.ts";
import { containerMounts } from "./mounts.ts";
import { processUser } from "./security.ts";

/** The rights of one container, whichever way it will be started. */
export function containerConfinement(pod: Pod, container: Container): Confinement {
  return {
    user: processUser(pod, container),
    workingDirectory: cleanPath(container.workingDir ?? "/"),
    umask: 0o022,
    root: { kind: "host", readOnly: container.securityContext?.readOnlyRootFilesystem ?? false },
    mounts: containerMounts(pod, container),
    maskedPaths: [],
    readOnlyPaths: [],
    privileged: false,
    capabilities: [],
    noNewPrivileges: false,
    seccomp: { type: "unconfined" },
    namespaces: { pid: "host", ipc: "host", network: "host", uts: "host", user: "host" },
    sysctls: {},
    rlimits: {},
  };
}

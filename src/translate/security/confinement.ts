import type { Pod } from "../../model/api/pod.ts";
import type { Confinement, Mount, ProcessUser } from "../../model/confinement.ts";
import type { Config } from "../../model/host/config.ts";
import { HOSTS_FILE, podRunDir, RESOLV_CONF } from "../../model/paths.ts";
import type { DesiredFile } from "../../model/step.ts";
import type { UnitLines } from "../../model/unit.ts";
import { type FileContext, podFiles } from "../network/pod-files.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { cleanPath } from "../volumes/clean-path.ts";
import { messageMount } from "../volumes/termination-message.ts";
import { containerRights } from "./rights.ts";
import { ipcSysctls } from "./sysctls.ts";
import { processUser } from "./user.ts";

/** Returns the confinement of one container on the host's files. */
export function containerConfinement(
  resolved: ResolvedContainer,
  { config, host, services, directory }: Omit<FileContext, "network">,
  mounted: readonly Mount[] = [],
): Confinement {
  const { pod, container, options, network } = resolved;
  const user = processUser(resolved);
  const rights = containerRights(resolved, user, config.clusterDomain);
  const volumes = [...mounted, ...messageMount(pod, container)];
  const ipc = pod.spec.hostIPC ? "host" : "container";
  // The mounts do not depend on the addresses, of which there may be a thousand.
  const files = podFiles(pod, { config, host, network, services: services && [], directory });
  const base = [...nameFiles(pod, files), ...(ipc === "host" ? [] : [SHARED_MEMORY])];
  return {
    user,
    workingDirectory: cleanPath(container.workingDir ?? "/"),
    umask: 0o022,
    root: { kind: "host", readOnly: container.securityContext?.readOnlyRootFilesystem ?? false },
    // The pod's mounts replace these at the same target.
    mounts: [...base.filter(({ target }) => !volumes.some((mount) => mount.target === target)), ...volumes],
    // A container that sees the host's files and network learns nothing from these paths, and each mask would cost a
    // start 0.5 ms.
    maskedPaths: [],
    ...rights,
    noNewPrivileges: rights.noNewPrivileges || !mayBecomeRoot(user, config),
    namespaces: {
      pid: pod.spec.hostPID ? "host" : pod.spec.shareProcessNamespace ? "pod" : "container",
      ipc,
      network: network.isHost ? "host" : "pod",
      uts: rights.hostname === undefined ? "host" : "container",
      user: "host",
    },
    sysctls: ipcSysctls(pod),
    rlimits: options.ulimits ?? {},
  };
}

/**
 * False for a user that must not become root. A pod may mount over the files that the host's setuid programs trust, such as
 * those in /etc/pam.d.
 */
export function mayBecomeRoot({ uid }: ProcessUser, { hostAccounts }: Pick<Config, "hostAccounts">): boolean {
  return uid === 0 || hostAccounts === "any" || hostAccounts.some((entry) => entry === "root" || entry === "0");
}

/** The container's /dev/shm, with the 64 MiB that container runtimes give it. */
const SHARED_MEMORY: Mount = {
  type: "tmpfs",
  target: "/dev/shm",
  readOnly: false,
  mode: 0o1777,
  size: 64 * 1024 ** 2,
};

/** Returns conditions of [Unit]: the pod's own /etc/hosts and /etc/resolv.conf exist, where the container has them. */
export function nameFileConditions({ metadata }: Pod, { mounts }: Confinement): UnitLines {
  return [HOSTS_FILE, RESOLV_CONF]
    .map((name) => `${podRunDir(metadata.uid)}/${name}`)
    .filter((path) => mounts.some((mount) => mount.type === "bind" && mount.source === path))
    .map((path) => ["ConditionPathExists", path]);
}

/**
 * Returns the mounts of the pod's own /etc/hosts and /etc/resolv.conf. They are read-only, unlike with runtimes: each
 * run restores the text that it would write.
 */
function nameFiles({ metadata }: Pod, files: readonly DesiredFile[]): Mount[] {
  return files.map(({ name }) => ({
    type: "bind",
    source: `${podRunDir(metadata.uid)}/${name}`,
    target: `/etc/${name}`,
    readOnly: true,
    recursiveReadOnly: false,
    propagation: "private",
  }));
}

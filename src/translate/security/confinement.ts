import type { Pod } from "../../model/api/pod.ts";
import type { Confinement, Mount } from "../../model/confinement.ts";
import { HOSTS_FILE, podRunDir, RESOLV_CONF } from "../../model/paths.ts";
import type { DesiredFile } from "../../model/step.ts";
import type { UnitLines } from "../../model/unit.ts";
import type { TranslateContext } from "../context.ts";
import { podFiles } from "../network/pod-files.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { cleanPath } from "../volumes/clean-path.ts";
import { messageMount } from "../volumes/termination-message.ts";
import { containerRights } from "./rights.ts";
import { processUser } from "./user.ts";

/** The rights of one container on the host's files. */
export function containerConfinement(
  resolved: ResolvedContainer,
  { config, host }: Pick<TranslateContext, "config" | "host">,
  mounted: readonly Mount[] = [],
): Confinement {
  const { pod, container, options, network } = resolved;
  const user = processUser(resolved);
  const rights = containerRights(pod, container, user, config.clusterDomain);
  const volumes = [...mounted, ...messageMount(pod, container)];
  const ipc = pod.spec.hostIPC ? "host" : "container";
  const base = [
    ...nameFiles(pod, podFiles(pod, { config, host, network })),
    ...(ipc === "host" ? [] : [SHARED_MEMORY]),
  ];
  return {
    user,
    workingDirectory: cleanPath(container.workingDir ?? "/"),
    umask: 0o022,
    root: { kind: "host", readOnly: container.securityContext?.readOnlyRootFilesystem ?? false },
    // What the pod mounts takes the place of what it would find there.
    mounts: [...base.filter(({ target }) => !volumes.some((mount) => mount.target === target)), ...volumes],
    // Who sees the host's files and network learns nothing more there, and each would cost a start half a millisecond.
    maskedPaths: [],
    ...rights,
    namespaces: {
      pid: pod.spec.hostPID ? "host" : pod.spec.shareProcessNamespace ? "pod" : "container",
      ipc,
      network: network.isHost ? "host" : "pod",
      uts: rights.hostname === undefined ? "host" : "container",
      user: "host",
    },
    sysctls: {},
    rlimits: options.ulimits ?? {},
  };
}

/** As large as runtimes make it. */
const SHARED_MEMORY: Mount = {
  type: "tmpfs",
  target: "/dev/shm",
  readOnly: false,
  mode: 0o1777,
  size: 64 * 1024 ** 2,
};

/** Conditions of [Unit]: the pod's own /etc/hosts and /etc/resolv.conf exist, where the container has them. */
export function nameFileConditions({ metadata }: Pod, { mounts }: Confinement): UnitLines {
  return [HOSTS_FILE, RESOLV_CONF]
    .map((name) => `${podRunDir(metadata.uid)}/${name}`)
    .filter((path) => mounts.some((mount) => mount.type === "bind" && mount.source === path))
    .map((path) => ["ConditionPathExists", path]);
}

/** Read-only, unlike under runtimes: a run puts back what differs from what it would write. */
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

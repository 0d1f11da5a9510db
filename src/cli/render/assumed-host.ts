import { declaredContainers } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { ConfinementProbe, HostUser } from "../../model/host/confinement-probe.ts";
import type { Host } from "../../model/host/host.ts";
import type { SeccompProfile } from "../../model/seccomp-profile.ts";
import type { HostFileType } from "../../model/storage.ts";
import { annotationOptions } from "../../translate/annotations/options.ts";
import { OPTIONAL_PATHS, seccompProfileNames } from "../../translate/security/host-files.ts";
import { cleanPath } from "../../translate/volumes/clean-path.ts";

/** Memory and swap of a host, in bytes. */
export interface HostMemory {
  readonly memoryTotal: number;
  readonly swapTotal: number;
}

/** A profile that stands for one that the host has. It is in the bundle of a container, and in no unit. */
export const ANY_PROFILE: SeccompProfile = { defaultAction: "SCMP_ACT_ALLOW" };

/** The first number that stands for a user. No unit has such a number otherwise. */
const FIRST_USER = 2_147_000_001;

/**
 * Returns a host for `unitlet render`: a current kernel with cgroup v2, and all that the pod asks of a host. No
 * property of it is measured.
 */
export function assumedHost(pod: Pod, memory: HostMemory): Host {
  return {
    ...memory,
    hostname: "localhost",
    addresses: ["127.0.0.1"],
    cpus: 1,
    memoryAvailable: memory.memoryTotal,
    ...{ diskTotal: 0, diskAvailable: 0, inodesTotal: 0, inodesFree: 0, pidsMax: 0, pidsUsed: 0, bootedAt: 0 },
    ...{ machineID: "", bootID: "", systemUUID: "", kernelVersion: "", osImage: "", architecture: "amd64" },
    missingImageTools: [],
    hasApt: true,
    confinementProbe: assumedProbe(pod),
  };
}

function assumedProbe(pod: Pod): ConfinementProbe {
  const users = new Map<string, HostUser>(
    userNames(pod).map((name, at) => [name, { uid: userNumber(name, at), gid: userNumber(name, at) }]),
  );
  return {
    present: new Set(OPTIONAL_PATHS),
    hosts: "",
    resolvConf: "",
    landlockABI: 7,
    appArmorProfiles: appArmorProfiles(pod),
    seccompProfiles: new Map(seccompProfileNames([pod]).map((name) => [name, ANY_PROFILE])),
    users,
    groups: new Map([...users].map(([name, { gid }]) => [name, gid])),
  };
}

/** Returns the users of the host that the pod's annotations name, each once. */
export function userNames(pod: Pod): readonly string[] {
  const names = declaredContainers(pod.spec).flatMap((each) => annotationOptions(pod, each).user ?? []);
  return [...new Set(names)];
}

/** Returns the number that stands for the user in the units: root has the same number on every host. */
export function userNumber(name: string, at: number): number {
  return name === "root" ? 0 : FIRST_USER + at;
}

function appArmorProfiles({ spec }: Pod): readonly string[] {
  const contexts = [spec, ...declaredContainers(spec)].map(({ securityContext }) => securityContext?.appArmorProfile);
  return contexts.flatMap((profile) => profile?.localhostProfile ?? []);
}

const TYPES: Readonly<Record<string, HostFileType>> = {
  Directory: "directory",
  File: "file",
  Socket: "socket",
  CharDevice: "character device",
  BlockDevice: "block device",
};

/** Returns the files that the pod's hostPath volumes require to exist, by their paths. */
export function requiredFiles({ spec }: Pod): ReadonlyMap<string, HostFileType> {
  return new Map(
    (spec.volumes ?? []).flatMap(({ hostPath }) => {
      const type = TYPES[hostPath?.type ?? ""];
      return hostPath === undefined || type === undefined ? [] : [[cleanPath(hostPath.path), type] as const];
    }),
  );
}

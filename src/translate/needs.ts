import { containersOf } from "../model/api/containers.ts";
import { isTerminal, isTerminating } from "../model/api/phase.ts";
import type { Pod } from "../model/api/pod.ts";
import type { Config } from "../model/host/config.ts";
import type { DebReference } from "../model/image/deb-reference.ts";
import type { Dependency, ResolvedReferences } from "../model/references.ts";
import { namesUser } from "./annotations/user.ts";
import { type EnvFile, neededEnvFiles } from "./env/env-file.ts";
import { hasDiskLimit } from "./eviction/limits.ts";
import { adoptedUnits, imageKeys, packageReferences, usesHostFiles } from "./images/reference.ts";
import { policyFor } from "./policy-for.ts";
import { allDependencies } from "./references.ts";
import { mayAdopt } from "./security/adopted-units.ts";
import { namesLabel, needsAppArmor, OPTIONAL_PATHS, seccompProfileNames } from "./security/host-files.ts";
import { neededDirectories, neededMountPoints, volumePaths } from "./volumes/host-paths.ts";

/** Facts about the host and the cluster that the translation of these pods depends on, besides what it always needs. */
export interface Needs {
  /** Paths that must be directories of the host. */
  readonly directories: readonly string[];
  /** Paths that must be on the host, as a file or as a directory. */
  readonly mountPoints: readonly string[];
  /** Paths of the host that volumes may mean. */
  readonly volumePaths: ReadonlySet<string>;
  /** Paths that units name only where they are on the host. */
  readonly optionalPaths: readonly string[];
  readonly envFiles: readonly EnvFile[];
  /** Keys of images, as unitfile/image-names.ts makes them. */
  readonly imageKeys: ReadonlySet<string>;
  readonly packages: readonly DebReference[];
  /** Names of the host's services that pods name and may adopt, each once. */
  readonly units: readonly string[];
  /** A container asks for an AppArmor profile, so the kernel's list of them is needed. */
  readonly appArmorProfiles: boolean;
  /** Names of the administrator's seccomp profiles. */
  readonly seccompProfiles: readonly string[];
  /** A pod asks for a label of SELinux, which the host may not have. */
  readonly seLinux: boolean;
  /** A container may have a user or group of the host, so /etc/passwd and /etc/group are needed. */
  readonly accounts: boolean;
  /** A pod waits for admission, which depends on the labels and taints of the Node. */
  readonly node: boolean;
  /** UIDs of pods that have a limit of their own for what they keep on the disk. */
  readonly diskLimited: readonly string[];
}

/** True for a pod that no run has admitted or rejected yet. */
export function awaitsAdmission({ status }: Pod): boolean {
  return status?.startTime === undefined && status?.phase !== "Failed";
}

/** Returns what a run must read before it can translate these pods. */
export function needsOf(pods: readonly Pod[], references: ResolvedReferences, config: Config): Needs {
  const { hostAccounts, ignoreImages } = config;
  const containers = pods.flatMap(({ spec }) => containersOf(spec));
  return {
    directories: containers.flatMap(neededDirectories),
    mountPoints: containers.flatMap(neededMountPoints),
    volumePaths: new Set(pods.flatMap((pod) => volumePaths(pod, references))),
    optionalPaths: OPTIONAL_PATHS,
    envFiles: pods.flatMap(neededEnvFiles),
    imageKeys: imageKeys(pods),
    packages: packageReferences(pods),
    units: unitsOf(pods, config),
    appArmorProfiles: needsAppArmor(pods),
    seccompProfiles: seccompProfileNames(pods),
    seLinux: namesLabel(pods),
    accounts: pods.some(namesUser) || (hostAccounts !== "any" && pods.some((pod) => usesHostFiles(pod, ignoreImages))),
    node: pods.some(awaitsAdmission),
    diskLimited: pods.filter(hasDiskLimit).map(({ metadata }) => metadata.uid),
  };
}

/** Without those that a pod may not adopt, because systemd loads each unit that it is asked for. */
function unitsOf(pods: readonly Pod[], config: Config): readonly string[] {
  const alive = pods.filter(({ status }) => !isTerminal(status?.phase));
  const allowed = alive.flatMap((pod) =>
    adoptedUnits(pod).filter((unit) => mayAdopt(pod, unit, policyFor(pod, config))),
  );
  return [...new Set(allowed)];
}

/** Returns the objects that these pods refer to. A pod that has ended or is being deleted needs none. */
export function referenceNeeds(pods: readonly Pod[], known: ResolvedReferences): readonly Dependency[] {
  const alive = pods.filter((pod) => !isTerminating(pod) && !isTerminal(pod.status?.phase));
  return allDependencies(alive, known);
}

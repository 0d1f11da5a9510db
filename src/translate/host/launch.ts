import type { Lifecycle } from "../../model/api/lifecycle.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import type { Confinement } from "../../model/confinement.ts";
import { nodeAddresses } from "../../model/host/addresses.ts";
import { allocatable } from "../../model/host/allocatable.ts";
import { environmentFile } from "../../model/paths.ts";
import type { DesiredFile } from "../../model/step.ts";
import type { Storage } from "../../model/storage.ts";
import { hasSpecStamp, launchText } from "../../unitfile/launch.ts";
import { LAUNCH_FILE } from "../container.ts";
import { containerPath } from "../container-path.ts";
import type { TranslateContext } from "../context.ts";
import type { ServiceStart } from "../deb/start.ts";
import { declaredVariables, type Environment, hostVariables } from "../env/environment.ts";
import type { ImageStart } from "../oci/start.ts";
import { containerConfinement } from "../security/confinement.ts";
import { userOf } from "../security/user.ts";
import { specHash } from "../spec-hash.ts";
import { hostPathProblem } from "../volumes/host-paths.ts";
import { mountPointProblem } from "../volumes/mount-points.ts";
import { type ContainerMounts, containerMounts } from "../volumes/mounts.ts";
import type { MountSource } from "../volumes/resolved-volume.ts";
import { containerCommand } from "./command.ts";

/** What a container's unit runs, and the file that goes with it; or why it cannot. */
export type Launch =
  | {
      readonly ok: true;
      /** The first word without the values of variables, which may be secret. */
      readonly program: string;
      readonly confinement: Confinement;
      /** Undefined: the host's own files. */
      readonly start?: ImageStart;
      /** What it takes over from a package's unit. */
      readonly service?: ServiceStart;
      /** What it does besides its program, if that is not as the pod says. */
      readonly lifecycle?: Lifecycle;
      /** Of the unit, without which nothing is started. */
      readonly conditions: readonly (readonly [string, string])[];
      /** What the mounts need besides what the volumes do. */
      readonly storage: readonly Storage[];
      /** Undefined: that which is there serves, while what it is made of cannot be had. */
      readonly file?: DesiredFile;
    }
  | {
      readonly ok: false;
      readonly reason: string;
      readonly message: string;
      /** To be tried again all the same. */
      readonly storage?: readonly Storage[];
    };

/** Of the pod's volumes, by name. */
export type MountSources = ReadonlyMap<string, MountSource>;

/** What any container on the host's own files needs, whatever it runs. */
export interface HostLaunchInput {
  readonly ok: true;
  /** For whom its file is written. */
  readonly mark: string;
  /** Undefined: they cannot be had, and the file that is there serves. */
  readonly declared: ReadonlyMap<string, string> | undefined;
  readonly mounts: Extract<ContainerMounts, { ok: true }>;
}

export function hostLaunchInput(
  pod: Pod,
  container: Container,
  context: TranslateContext,
  places: MountSources,
): HostLaunchInput | Extract<Launch, { ok: false }> {
  const refused = (reason: string, message: string) => ({ ok: false, reason, message }) as const;
  const path = containerPath(pod, container);
  const directory = hostPathProblem(container, path, context.absentDirectories);
  if (directory !== undefined) return refused("CreateContainerError", directory);
  const point = mountPointProblem(pod, container, path, places, context.libDir);
  if (point !== undefined) return refused("CreateContainerError", point);
  const mark = specHash(pod, container);
  const environment = environmentOf(pod, container, context);
  if (!environment.ok && !hasSpecStamp(context.directory?.files.get(environmentFile(container.name)) ?? "", mark))
    return refused("CreateContainerConfigError", environment.message);
  const declared = environment.ok ? environment.declared : undefined;
  const mounts = containerMounts(pod, container, places, declared, context.directory?.failures);
  if (!mounts.ok) return { ...refused("CreateContainerConfigError", mounts.because), storage: mounts.storage };
  return { ok: true, mark, declared, mounts };
}

/** A program on the host's own files. Throws UnquotableError for what no program can be given. */
export function hostLaunch(pod: Pod, container: Container, context: TranslateContext, places: MountSources): Launch {
  const parts = hostLaunchInput(pod, container, context, places);
  if (!parts.ok) return parts;
  const { declared } = parts;
  const command = containerCommand(container, containerPath(pod, container), declared ?? new Map());
  if (!command.ok) return { ok: false, reason: "CreateContainerConfigError", message: command.message };
  const { mounts, conditions, storage } = parts.mounts;
  const confinement = containerConfinement(pod, container, context, mounts);
  const launch = { ok: true, program: command.program, confinement, conditions, storage } as const;
  if (declared === undefined) return launch;
  const user = userOf(pod, container);
  const variables = hostVariables(declared, confinement.hostname ?? context.host.hostname, user);
  const text = launchText(LAUNCH_FILE, parts.mark, variables, command.argv);
  return { ...launch, file: { name: environmentFile(container.name), text, uid: user.uid ?? 0 } };
}

/** What the pod and services give to the container, wherever its files come from. */
export function environmentOf(
  pod: Pod,
  container: Container,
  { config, host, references, envFiles }: TranslateContext,
): Environment {
  return declaredVariables({
    ...{ pod, container, references, addresses: nodeAddresses(host) },
    allocatable: allocatable(config, host),
    envFiles: envFiles ?? new Map(),
  });
}

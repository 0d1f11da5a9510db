import { nodeAddresses } from "../model/addresses.ts";
import { allocatable } from "../model/allocatable.ts";
import type { Confinement } from "../model/confinement.ts";
import { environmentFile } from "../model/paths.ts";
import type { Container, Pod } from "../model/pod.ts";
import type { DesiredFile } from "../model/step.ts";
import type { Storage } from "../model/storage.ts";
import { isMarked, launchText } from "../unitfile/launch.ts";
import { containerCommand } from "./command.ts";
import { containerConfinement } from "./confinement.ts";
import { LAUNCH_FILE } from "./container.ts";
import { containerPath } from "./container-path.ts";
import type { TranslateContext } from "./context.ts";
import { declaredVariables, type Environment, hostVariables } from "./environment.ts";
import { hostPathProblem } from "./host-paths.ts";
import { mountPointProblem } from "./mount-points.ts";
import { containerMounts } from "./mounts.ts";
import type { ImageStart } from "./oci/start.ts";
import { userOf } from "./security.ts";
import { specHash } from "./spec-hash.ts";
import type { Place } from "./storage.ts";

/** What a container's unit runs, and the file that goes with it; or why it cannot. */
export type Launch =
  | {
      readonly ok: true;
      /** The first word without the values of variables, which may be secret. */
      readonly program: string;
      readonly confinement: Confinement;
      /** Undefined: the host's own files. */
      readonly start?: ImageStart;
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
export type Places = ReadonlyMap<string, Place>;

/** A program on the host's own files. Throws UnquotableError for what no program can be given. */
export function hostLaunch(pod: Pod, container: Container, context: TranslateContext, places: Places): Launch {
  const refused = (reason: string, message: string) => ({ ok: false, reason, message }) as const;
  const path = containerPath(pod, container);
  const directory = hostPathProblem(container, path, context.absentDirectories);
  if (directory !== undefined) return refused("CreateContainerError", directory);
  const point = mountPointProblem(pod, container, path, places, context.libDir);
  if (point !== undefined) return refused("CreateContainerError", point);
  const mark = specHash(pod, container);
  const name = environmentFile(container.name);
  const environment = environmentOf(pod, container, context);
  if (!environment.ok && !isMarked(context.directory?.files.get(name) ?? "", mark))
    return refused("CreateContainerConfigError", environment.message);
  const command = containerCommand(container, path, environment.ok ? environment.declared : new Map());
  if (!command.ok) return refused("CreateContainerConfigError", command.message);
  const declared = environment.ok ? environment.declared : undefined;
  const mounts = containerMounts(pod, container, places, declared, context.directory?.failures);
  if (!mounts.ok) return { ...refused("CreateContainerConfigError", mounts.because), storage: mounts.storage };
  const { conditions, storage } = mounts;
  const confinement = containerConfinement(pod, container, context, mounts.mounts);
  const launch = { ok: true, program: command.program, confinement, conditions, storage } as const;
  if (!environment.ok) return launch;
  const user = userOf(pod, container);
  const variables = hostVariables(environment.declared, confinement.hostname ?? context.host.hostname, user);
  const text = launchText(LAUNCH_FILE, mark, variables, command.argv);
  return { ...launch, file: { name, text, uid: user.uid ?? 0 } };
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

import { environmentFile } from "../model/paths.ts";
import { hasSpecStamp } from "../unitfile/launch.ts";
import type { ContainerContext } from "./context.ts";
import { containerEnvironment } from "./env/environment.ts";
import type { LaunchFailure } from "./launch.ts";
import type { ResolvedContainer } from "./resolved-container.ts";
import { hostPathProblem } from "./volumes/host-paths.ts";
import { mountPointProblem } from "./volumes/mount-points.ts";
import { type ContainerMounts, containerMounts } from "./volumes/mounts.ts";

/** What every container on the host's files needs, whatever program it runs. */
export interface HostLaunchInput {
  readonly ok: true;
  /** Undefined while a ConfigMap or Secret cannot be read and the present file serves. */
  readonly declared: ReadonlyMap<string, string> | undefined;
  readonly mounts: ContainerMounts;
}

/** Returns what the container is launched with, or why it is not. */
export function hostLaunchInput(
  container: ResolvedContainer,
  context: ContainerContext,
): HostLaunchInput | LaunchFailure {
  const failed = (reason: string, message: string) => ({ ok: false, reason, message }) as const;
  const directory = hostPathProblem(container, context.absentDirectories);
  if (directory !== undefined) return failed("CreateContainerError", directory);
  const point = mountPointProblem(container, context.volumes.sources);
  if (point !== undefined) return failed("CreateContainerError", point);
  const environment = containerEnvironment(container, context);
  const present = context.directory?.files.get(environmentFile(container.container.name)) ?? "";
  if (!environment.ok && !hasSpecStamp(present, container.specHash))
    return failed("CreateContainerConfigError", environment.message);
  const declared = environment.ok ? environment.declared : undefined;
  const mounts = containerMounts(container, context.volumes.sources, declared);
  if (!mounts.ok) return failed("CreateContainerConfigError", mounts.because);
  return { ok: true, declared, mounts };
}

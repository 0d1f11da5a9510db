import { LAUNCH_FILE } from "../../model/paths.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { cleanPath, resolveVarRun } from "./clean-path.ts";
import type { MountSources } from "./mount-source.ts";

/** Paths that hold the shell and its libraries, with which the container's user begins. */
const FOR_THE_SHELL: readonly string[] = ["", "/usr"].flatMap((prefix) =>
  ["bin", "lib", "lib32", "lib64", "libx32"].map((name) => `${prefix}/${name}`),
);

/** File systems that each container has for itself, and paths below /dev that it may replace. */
const OWN_FILE_SYSTEMS = ["/proc", "/dev"];
const FREE_DEVICES = /^\/dev\/(shm(\/|$)|termination-log$)/;

/**
 * Returns why a volume cannot be mounted in a container on the host's files, for the pod's owner. No mount endangers the
 * host, since container-run follows no link; these would only keep the container from starting. A directory of the host
 * mounted at its own path covers nothing.
 */
export function mountPointProblem({ container, path }: ResolvedContainer, sources: MountSources): string | undefined {
  const { volumeMounts = [] } = container;
  const problems = volumeMounts.map(({ name, mountPath, subPath, subPathExpr }) => {
    const target = resolveVarRun(cleanPath(mountPath));
    const covered = coveredPath(target);
    const source = subPath || subPathExpr ? undefined : sources.get(name)?.path;
    if (covered === undefined || source === target) return undefined;
    return `${path}.volumeMounts[${name}].mountPath ${JSON.stringify(mountPath)} would cover ${covered}, which the container is started from: use another path, or an image with files of its own`;
  });
  return problems.find((problem) => problem !== undefined);
}

function coveredPath(target: string): string | undefined {
  const isAbove = (path: string) => path === target || path.startsWith(target === "/" ? "/" : `${target}/`);
  if (isAbove(LAUNCH_FILE)) return "/run/unitlet";
  const own = FREE_DEVICES.test(target)
    ? undefined
    : OWN_FILE_SYSTEMS.find((each) => `${target}/`.startsWith(`${each}/`));
  return own ?? FOR_THE_SHELL.find(isAbove);
}

import { containersOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { World } from "../../model/world.ts";
import { cleanPath } from "./clean-path.ts";
import { volumePaths } from "./host-paths.ts";

/**
 * Returns the paths of the host that containers may write to, by a volume of any pod or as the service of a package.
 * The whole host is none of them: a container that can write to it needs no link.
 */
export function exposedPaths({
  pods,
  references,
  images,
}: Pick<World, "pods" | "references" | "images">): readonly string[] {
  const packages = [...(images?.debs?.installed.values() ?? [])].flatMap(({ directories }) => directories);
  const volumes = pods.items.flatMap((pod) => {
    const readOnly = readOnlyPaths(pod);
    return volumePaths(pod, references).filter((path) => !readOnly.has(path));
  });
  return [...new Set([...packages, ...volumes])].filter((path) => path !== "/");
}

/** Returns the paths of hostPath volumes that no container of the pod mounts writable. */
function readOnlyPaths({ spec }: Pod): ReadonlySet<string> {
  const mounts = containersOf(spec).flatMap(({ volumeMounts = [] }) => volumeMounts);
  const isWritable = (volume: string) => mounts.some(({ name, readOnly }) => name === volume && !readOnly);
  const paths = (spec.volumes ?? []).map(({ name, hostPath }) => (isWritable(name) ? undefined : hostPath?.path));
  return new Set(paths.filter((path) => path !== undefined).map(cleanPath));
}

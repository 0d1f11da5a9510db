import { containersOf } from "../../model/api/containers.ts";
import type { FileKeyRef } from "../../model/api/env-var.ts";
import type { Pod } from "../../model/api/pod.ts";
import { diskVolumePath, volumePath } from "../../model/paths.ts";

/** A file in an emptyDir from which variables of other containers are read. */
export interface EnvFile {
  readonly key: string;
  /** Path of the volume on the host. */
  readonly root: string;
  readonly path: string;
}

/** Returns the key of a file that fileKeyRef names, unique on the host. */
export const envFileKey = ({ metadata }: Pod, { volumeName, path }: FileKeyRef) =>
  `${metadata.uid}/${volumeName}/${path}`;

/** Returns the files that the pod's variables are read from. */
export function neededEnvFiles(pod: Pod): readonly EnvFile[] {
  const refs = containersOf(pod.spec).flatMap(({ env }) =>
    (env ?? []).flatMap(({ valueFrom }) => valueFrom?.fileKeyRef ?? []),
  );
  return refs.map((ref) => {
    const volume = pod.spec.volumes?.find(({ name }) => name === ref.volumeName);
    const inMemory = volume?.emptyDir?.medium === "Memory";
    const root = (inMemory ? volumePath : diskVolumePath)(pod.metadata.uid, ref.volumeName);
    return { key: envFileKey(pod, ref), root, path: ref.path };
  });
}

/**
 * Returns the value of a key in lines of NAME='value', which may span several lines (`util/env/env_util.go: ParseEnv`,
 * v1.36). Returns undefined when the key does not come before the first invalid line.
 */
export function envFileValue(text: string, key: string): string | undefined {
  const line =
    /[ \t]*(?:(?:#[^\n]*)?|([^=\s](?:[^=\n]*[^=\s])?)=(?:[ \t][^\n]*|'([^']*)'[ \t]*(?:#[^\n]*)?)?)(?:\n|$)/y;
  while (line.lastIndex < text.length) {
    const match = line.exec(text);
    if (match === null) return undefined;
    if (match[1] === key) return match[2] ?? "";
  }
  return undefined;
}

import { containersOf } from "../../model/api/containers.ts";
import type { FileKeyRef } from "../../model/api/env-var.ts";
import type { Pod } from "../../model/api/pod.ts";
import { diskVolumePath, volumePath } from "../../model/paths.ts";

/** A file that a container has written into an emptyDir, for variables of others. */
export interface EnvFile {
  readonly key: string;
  /** The volume's path on the host. */
  readonly root: string;
  readonly path: string;
}

export const envFileKey = ({ metadata }: Pod, { volumeName, path }: FileKeyRef) =>
  `${metadata.uid}/${volumeName}/${path}`;

/** Those that the pod's variables are taken from. */
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
 * The value of a key in lines of NAME='value', which may go over several lines: the kubelet's format, a part of a shell's.
 * Undefined: there is no such key before the first line that is none.
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

import type { Pod } from "../../model/api/pod.ts";
import type { Volume } from "../../model/api/volume.ts";
import type { NodePolicy } from "../../model/host/node-policy.ts";
import { hostPathMount } from "../../model/paths.ts";
import type { HostFileType } from "../../model/storage.ts";
import { allowedHostPath } from "./allowed-host-paths.ts";
import { hostFile } from "./host-file.ts";
import type { ResolvedVolume } from "./mount-source.ts";

interface HostPathContext {
  readonly pod: Pod;
  /** Types of the files at the paths of the host that pods name. */
  readonly hostFiles: ReadonlyMap<string, HostFileType>;
  readonly hostPaths?: NodePolicy["hostPaths"] | undefined;
}

/**
 * Resolves the hostPath of a pod. Where the setting `hostPaths` allows only paths below a prefix, the run walks from the
 * prefix to the path by descriptors and mounts what it finds: containers that can write there could exchange the path
 * for a link. Throws UnquotableError for a path that no unit can carry.
 */
export function inlineHostPath(
  name: string,
  { path: given, type = "" }: NonNullable<Volume["hostPath"]>,
  { pod, hostFiles, hostPaths = "any" }: HostPathContext,
): ResolvedVolume {
  const source = hostFile(given, type, hostFiles);
  const entry = hostPaths === "any" ? undefined : allowedHostPath(given, hostPaths);
  if (!source.ok || entry === undefined) return source;
  const { prefix, readOnly } = entry;
  // The administrator has named this very path, and no path leads out of /.
  if (source.path === prefix || prefix === "/") return { ...source, readOnly };
  const path = hostPathMount(pod.metadata.uid, name);
  const make = source.storage.find((each) => each.kind === "host")?.make;
  return {
    ...source,
    path,
    readOnly,
    conditions: [],
    // ConditionPathIsMountPoint= makes PID 1 call stat(2) on what is mounted, which may be a share that does not answer.
    paths: [["mount", path]],
    storage: [
      {
        kind: "sub-path",
        path,
        root: prefix,
        subPath: source.path.slice(prefix.length + 1),
        writable: make === "directory",
        ...(make === "file" && { makesFile: true }),
      },
    ],
  };
}

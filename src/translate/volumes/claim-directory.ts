import type { Pod } from "../../model/api/pod.ts";
import type { Volume } from "../../model/api/volume.ts";
import { type ResolvedReferences, resolveReference } from "../../model/references.ts";
import type { HostFileType } from "../../model/storage.ts";
import type { ResolvedVolume } from "./mount-source.ts";

interface DirectoryContext {
  readonly pod: Pod;
  readonly references: ResolvedReferences;
  /** Types of the files at the paths of the host that pods name. */
  readonly hostFiles: ReadonlyMap<string, HostFileType>;
}

/**
 * Resolves a claim of a standalone node; undefined for one that a cluster binds, or that is not known. container-start looks for the
 * directory: an administrator may have mounted a share there, with which PID 1 would hang.
 */
export function claimDirectory(
  { persistentVolumeClaim }: Volume,
  { pod, references, hostFiles }: DirectoryContext,
): ResolvedVolume | undefined {
  if (persistentVolumeClaim === undefined) return undefined;
  const { claimName: claim, readOnly = false } = persistentVolumeClaim;
  const found = resolveReference(references, "persistentvolumeclaim", pod.metadata.namespace, claim);
  const directory = found.ok ? found.value.directory : undefined;
  if (directory === undefined) return undefined;
  const { path, lacks } = directory;
  const there = hostFiles.get(path);
  if (there === "no answer") return { ok: false, because: `claim ${claim}: ${path} does not answer` };
  if (there !== undefined && there !== "directory")
    return { ok: false, because: `claim ${claim}: ${path} is not a directory: move it away` };
  return {
    ok: true,
    path,
    readOnly,
    conditions: [],
    paths: [["-d", path]],
    storage: there === undefined ? [{ kind: "claim", path, claim, ...(lacks && { lacks }) }] : [],
    auxiliaryUnits: [],
    claim,
  };
}

import type { Pod, ProjectedSource, Volume } from "../model/pod.ts";
import type { DesiredVolume } from "../model/step.ts";
import type { PodDirectory, References } from "../model/world.ts";
import { configMapKey, tokenKey } from "./references.ts";

export interface Volumes {
  readonly due: readonly DesiredVolume[];
  /** Why a volume that was never written cannot be; by volume name, in the kubelet's words. */
  readonly missing: ReadonlyMap<string, string>;
}

type Files = Record<string, string>;
type Projection = { readonly ok: true; readonly files: Files } | { readonly ok: false; readonly because: string };

/** The pod's projected volumes that are to be written now. What could not be fetched leaves an existing volume as it is. */
export function translateVolumes(pod: Pod, directory: PodDirectory | undefined, references: References): Volumes {
  const due: DesiredVolume[] = [];
  const missing = new Map<string, string>();
  for (const volume of pod.spec.volumes ?? []) {
    if (volume.projected === undefined) continue;
    const present = directory?.volumes.get(volume.name)?.files;
    if (present !== undefined && !isFetched(pod, volume, references)) continue;
    const projection = project(pod, volume, present, references);
    if (projection.ok) due.push({ name: volume.name, ...ownership(pod, volume), files: projection.files });
    else if (present === undefined) missing.set(volume.name, projection.because);
  }
  return { due, missing };
}

function isFetched(pod: Pod, volume: Volume, references: References): boolean {
  return (volume.projected?.sources ?? []).some(
    (source) =>
      (source.configMap !== undefined &&
        references.configMaps.has(configMapKey(pod.metadata.namespace, source.configMap.name))) ||
      (source.serviceAccountToken !== undefined &&
        references.tokens.has(tokenKey(pod.metadata.uid, volume.name, source.serviceAccountToken.path))),
  );
}

function project(pod: Pod, volume: Volume, present: Readonly<Files> | undefined, references: References): Projection {
  // A whole ConfigMap that cannot be had leaves what is there; then what the others give replaces theirs.
  const files: Files = (volume.projected?.sources ?? []).some((source) => isWholeAndLost(pod, source, references))
    ? { ...present }
    : {};
  for (const source of volume.projected?.sources ?? []) {
    const part = projectSource(pod, volume, source, present, references);
    if (!part.ok) return part;
    Object.assign(files, part.files);
  }
  return { ok: true, files };
}

function isWholeAndLost(pod: Pod, { configMap }: ProjectedSource, references: References): boolean {
  if (configMap === undefined || configMap.items !== undefined) return false;
  return references.configMaps.get(configMapKey(pod.metadata.namespace, configMap.name))?.ok !== true;
}

function projectSource(
  pod: Pod,
  volume: Volume,
  source: ProjectedSource,
  present: Readonly<Files> | undefined,
  references: References,
): Projection {
  if (source.serviceAccountToken !== undefined)
    return projectToken(pod, volume, source.serviceAccountToken.path, present, references);
  if (source.configMap !== undefined) return projectConfigMap(pod, source.configMap, present, references);
  const items = source.downwardAPI?.items ?? [];
  return {
    ok: true,
    files: Object.fromEntries(items.map((item) => [item.path, metadataField(pod, item.fieldRef?.fieldPath)])),
  };
}

function projectToken(
  pod: Pod,
  volume: Volume,
  path: string,
  present: Readonly<Files> | undefined,
  references: References,
): Projection {
  const fetched = references.tokens.get(tokenKey(pod.metadata.uid, volume.name, path));
  if (fetched?.ok) return { ok: true, files: { [path]: fetched.value } };
  const old = present?.[path];
  if (old !== undefined) return { ok: true, files: { [path]: old } };
  return { ok: false, because: `failed to fetch token: ${fetched?.because ?? "the API server was not asked"}` };
}

function projectConfigMap(
  pod: Pod,
  source: NonNullable<ProjectedSource["configMap"]>,
  present: Readonly<Files> | undefined,
  references: References,
): Projection {
  const fetched = references.configMaps.get(configMapKey(pod.metadata.namespace, source.name));
  if (fetched === undefined || !fetched.ok) {
    const old = Object.fromEntries(
      (source.items ?? []).flatMap(({ path }) => (present?.[path] === undefined ? [] : [[path, present[path]]])),
    );
    if (present !== undefined || source.optional) return { ok: true, files: old };
    return { ok: false, because: fetched?.because ?? `configmap "${source.name}" was not read` };
  }
  const items = source.items ?? Object.keys(fetched.value).map((key) => ({ key, path: key }));
  const absent = items.find(({ key }) => fetched.value[key] === undefined);
  if (absent !== undefined && !source.optional) {
    return { ok: false, because: `configmap references non-existent config key: ${absent.key}` };
  }
  const files = items.flatMap(({ key, path }) =>
    fetched.value[key] === undefined ? [] : [[path, fetched.value[key]] as const],
  );
  return { ok: true, files: Object.fromEntries(files) };
}

function metadataField(pod: Pod, fieldPath: string | undefined): string {
  const { namespace, name, uid } = pod.metadata;
  return { "metadata.namespace": namespace, "metadata.name": name, "metadata.uid": uid }[fieldPath ?? ""] ?? "";
}

/** A token is readable by the pod's user alone when all containers run as one; otherwise by all in the container, as the kubelet does. */
function ownership(pod: Pod, volume: Volume): Pick<DesiredVolume, "mode" | "uid" | "gid"> {
  const users = new Set(
    [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map(
      (container) => container.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser,
    ),
  );
  const [only] = users;
  if (users.size === 1 && only !== undefined) return { mode: 0o600, uid: only, gid: 0 };
  return { mode: volume.projected?.defaultMode ?? 0o644, uid: 0, gid: 0 };
}

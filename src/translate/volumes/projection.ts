import { containersOf, declaredContainers } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { DownwardFile, KeyToPath, ObjectProjection, ProjectedSource, Volume } from "../../model/api/volume.ts";
import type { Allocatable } from "../../model/host/allocatable.ts";
import {
  type ConfigMap,
  type FetchResult,
  NOT_FETCHED,
  type ResolvedReferences,
  referenceKey,
  resolveReference,
} from "../../model/references.ts";
import type { VolumeFile } from "../../model/step.ts";
import { fieldValue, NO_ADDRESSES } from "../env/field-value.ts";
import { resourceValue } from "../env/resource-value.ts";
import { tokenReference } from "./service-account-token.ts";

export interface ProjectionContext {
  readonly pod: Pod;
  readonly references: ResolvedReferences;
  readonly allocatable: Allocatable;
}

type Files = ReadonlyMap<string, VolumeFile>;

/** Files by their path in the volume; or the kubelet's message why there are none. */
export type Projection =
  | { readonly ok: true; readonly files: Files }
  | { readonly ok: false; readonly because: string };

export const DEFAULT_MODE = 0o644;

/** Returns the files of a volume of these kinds; undefined for other kinds. */
export function project(volume: Volume, context: ProjectionContext): Projection | undefined {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap !== undefined) return sourceFiles({ configMap }, configMap.defaultMode, context);
  if (secret !== undefined)
    return sourceFiles({ secret: { ...secret, name: secret.secretName } }, secret.defaultMode, context);
  if (downwardAPI !== undefined) return sourceFiles({ downwardAPI }, downwardAPI.defaultMode, context);
  if (projected === undefined) return undefined;
  const files = new Map<string, VolumeFile>();
  for (const source of projected.sources ?? []) {
    const part = sourceFiles(source, projected.defaultMode, context);
    if (!part.ok) return part;
    for (const [path, file] of part.files) files.set(path, file);
  }
  return { ok: true, files };
}

function sourceFiles(source: ProjectedSource, mode = DEFAULT_MODE, context: ProjectionContext): Projection {
  const { configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle } = source;
  if (configMap !== undefined) return inside(objectFiles("configmap", configMap, mode, context));
  if (secret !== undefined) return inside(objectFiles("secret", secret, mode, context));
  if (downwardAPI !== undefined) return inside(downwardFiles(downwardAPI.items ?? [], mode, context));
  if (serviceAccountToken !== undefined) {
    const key = referenceKey(tokenReference(context.pod, serviceAccountToken));
    const token = (context.references.get(key) ?? NOT_FETCHED) as FetchResult<string>;
    if (!token.ok) return failed(`failed to fetch token: ${token.because}`);
    return inside({
      ok: true,
      files: singleFile(serviceAccountToken.path, credential(token.value, mode, context.pod)),
    });
  }
  if (clusterTrustBundle?.name === undefined) return { ok: true, files: new Map() };
  const bundle = resolveReference(context.references, "clustertrustbundle", "", clusterTrustBundle.name);
  if (!bundle.ok && !(bundle.missing && clusterTrustBundle.optional)) return failed(bundle.because);
  const file = credential(bundle.ok ? bundle.value : "", mode, context.pod);
  return inside({ ok: true, files: singleFile(clusterTrustBundle.path, file) });
}

function objectFiles(
  kind: "configmap" | "secret",
  { name, items, optional }: ObjectProjection,
  mode: number,
  { pod, references }: ProjectionContext,
): Projection {
  const fetched = resolveReference(references, kind, pod.metadata.namespace, name);
  if (!fetched.ok && !(fetched.missing && optional)) return failed(fetched.because);
  const contents = fetched.ok ? contentsOf(kind, fetched.value) : new Map<string, Content>();
  const chosen: readonly KeyToPath[] = items?.length ? items : [...contents.keys()].map((key) => ({ key, path: key }));
  const files = new Map<string, VolumeFile>();
  for (const { key, path, mode: own } of chosen) {
    const content = contents.get(key);
    if (content !== undefined) files.set(path, { ...content, mode: own ?? mode });
    else if (!optional)
      return failed(
        `${kind === "secret" ? "" : "configmap "}references non-existent ${kind === "secret" ? "secret" : "config"} key: ${key}`,
      );
  }
  return { ok: true, files };
}

type Content = Pick<VolumeFile, "content" | "base64">;

function contentsOf(
  kind: "configmap" | "secret",
  { data = {}, binaryData = {} }: ConfigMap,
): ReadonlyMap<string, Content> {
  const encoded = ([key, content]: [string, string]) => [key, { content, base64: true as const }] as const;
  const plain = ([key, content]: [string, string]) => [key, { content }] as const;
  return new Map<string, Content>([
    ...Object.entries(binaryData).map(encoded),
    ...Object.entries(data).map(kind === "secret" ? encoded : plain),
  ]);
}

function downwardFiles(items: readonly DownwardFile[], mode: number, context: ProjectionContext): Projection {
  const { pod, allocatable } = context;
  const files = new Map<string, VolumeFile>();
  for (const { path, mode: own, fieldRef, resourceFieldRef } of items) {
    const container = containersOf(pod.spec).find(({ name }) => name === resourceFieldRef?.containerName);
    const value =
      resourceFieldRef === undefined
        ? metadataValue(pod, fieldRef?.fieldPath ?? "")
        : container && resourceValue(resourceFieldRef, container, allocatable);
    if (value === undefined)
      return failed(
        resourceFieldRef === undefined
          ? `unsupported fieldPath: ${fieldRef?.fieldPath}`
          : `unsupported container resource : ${resourceFieldRef.resource}`,
      );
    files.set(path, { content: value, mode: own ?? mode });
  }
  return { ok: true, files };
}

function metadataValue(pod: Pod, path: string): string | undefined {
  return path.startsWith("metadata.") ? fieldValue(pod, path, NO_ADDRESSES) : undefined;
}

/**
 * Returns a token's file, with mode 0600 where all containers have the same user or the pod has an fsGroup
 * (`projected/projected.go: collectData`, v1.36).
 */
function credential(content: string, mode: number, pod: Pod): VolumeFile {
  const uid = onlyUser(pod);
  const own = uid !== undefined || pod.spec.securityContext?.fsGroup !== undefined;
  return { content, mode: own ? 0o600 : mode, ...(uid === undefined ? {} : { uid }) };
}

function onlyUser({ spec }: Pod): number | undefined {
  const users = declaredContainers(spec).map(
    ({ securityContext }) => securityContext?.runAsUser ?? spec.securityContext?.runAsUser,
  );
  return new Set(users).size === 1 ? users[0] : undefined;
}

/** Checks that paths stay in the volume: a static pod may have others. */
function inside(projection: Projection): Projection {
  if (!projection.ok) return projection;
  const stray = [...projection.files.keys()].find((path) => !isInside(path));
  return stray === undefined ? projection : failed(`path ${JSON.stringify(stray)} is not within the volume`);
}

function isInside(path: string): boolean {
  const names = path.split("/");
  return (
    !path.includes("\0") &&
    path.isWellFormed() &&
    !names.some((name) => /^(\.\.?)?$/.test(name) || name.length > 255) &&
    !names[0]?.startsWith("..")
  );
}

const singleFile = (path: string, file: VolumeFile): Files => new Map([[path, file]]);

const failed = (because: string) => ({ ok: false, because }) as const;

import type { Pod, ProjectedSource, Volume } from "../model/pod.ts";
import type { DueReferences, TokenReference } from "../model/references.ts";
import type { Instant } from "../model/time.ts";
import type { PodDirectory } from "../model/world.ts";

const DEFAULT_EXPIRATION = 3600;
const DAY = 24 * 3600;
const CONFIG_MAP_AGE = 60_000;

export const tokenKey = (uid: string, volume: string, path: string) => `${uid}/${volume}/${path}`;
export const configMapKey = (namespace: string, name: string) => `${namespace}/${name}`;

/** What must be fetched now for this pod: what was never materialised, and what is due for a refresh. */
export function dueReferences(pod: Pod, directory: PodDirectory | undefined, now: Instant): DueReferences {
  const tokens: TokenReference[] = [];
  const configMaps: string[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    for (const source of volume.projected?.sources ?? []) {
      const token = dueToken(pod, volume, source, directory, now);
      if (token !== undefined) tokens.push(token);
      if (source.configMap !== undefined && configMapIsDue(volume, directory, now)) {
        configMaps.push(configMapKey(pod.metadata.namespace, source.configMap.name));
      }
    }
  }
  return { tokens, configMaps };
}

/** When the first reference of this pod is due again; undefined when nothing ever is. */
export function nextRefresh(pod: Pod, directory: PodDirectory | undefined): Instant | undefined {
  const times = (pod.spec.volumes ?? []).flatMap((volume) =>
    (volume.projected?.sources ?? []).flatMap((source) => {
      const actual = directory?.volumes.get(volume.name);
      if (actual === undefined) return [0];
      if (source.configMap !== undefined) return [actual.refreshedAt + CONFIG_MAP_AGE];
      const projection = source.serviceAccountToken;
      return projection === undefined ? [] : [tokenDue(actual.files[projection.path], projection.expirationSeconds)];
    }),
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

function dueToken(
  pod: Pod,
  volume: Volume,
  source: ProjectedSource,
  directory: PodDirectory | undefined,
  now: Instant,
): TokenReference | undefined {
  const projection = source.serviceAccountToken;
  if (projection === undefined) return undefined;
  const present = directory?.volumes.get(volume.name)?.files[projection.path];
  if (now < tokenDue(present, projection.expirationSeconds)) return undefined;
  return {
    key: tokenKey(pod.metadata.uid, volume.name, projection.path),
    namespace: pod.metadata.namespace,
    serviceAccount: pod.spec.serviceAccountName ?? "default",
    ...(projection.audience ? { audience: projection.audience } : {}),
    expirationSeconds: projection.expirationSeconds ?? DEFAULT_EXPIRATION,
    podName: pod.metadata.name,
    podUID: pod.metadata.uid,
  };
}

function configMapIsDue(volume: Volume, directory: PodDirectory | undefined, now: Instant): boolean {
  const actual = directory?.volumes.get(volume.name);
  return actual === undefined || now >= actual.refreshedAt + CONFIG_MAP_AGE;
}

/** At 80 % of its life or after a day, as the kubelet does; at once when there is none or it cannot be read. */
function tokenDue(token: string | undefined, expirationSeconds = DEFAULT_EXPIRATION): Instant {
  const issued = token === undefined ? undefined : issuedAt(token);
  return issued === undefined ? 0 : (issued + Math.min(0.8 * expirationSeconds, DAY)) * 1000;
}

function issuedAt(token: string): number | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    const iat = (claims as { iat?: unknown }).iat;
    return typeof iat === "number" ? iat : undefined;
  } catch {
    return undefined;
  }
}

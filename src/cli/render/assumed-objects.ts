import { containersOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import { claimPath } from "../../model/paths.ts";
import type { FetchResult, Reference, ResolvedReferences } from "../../model/references.ts";
import { envFileKey } from "../../translate/env/env-file.ts";
import { podDependencies } from "../../translate/references.ts";

/**
 * Returns the ConfigMaps, Secrets and tokens that the pod names, with the keys that it names and without content: their
 * content is in files of the pod, and in no unit. A claim is a directory, as on a standalone host.
 */
export function assumedObjects(pod: Pod): ResolvedReferences {
  return new Map(podDependencies(pod, new Map()).map(({ key, reference }) => [key, answer(pod, reference)]));
}

function answer(pod: Pod, reference: Reference): FetchResult {
  const found = (value: unknown) => ({ ok: true, value, at: 0 }) as const;
  const because = "render reads no cluster";
  switch (reference.kind) {
    case "token":
    case "clustertrustbundle":
      return found("");
    case "services":
      return found([]);
    case "persistentvolumeclaim": {
      const { namespace, name } = reference;
      const isClaim = [...namespace, ...name].every((letter) => /[-.a-z0-9]/.test(letter));
      if (!isClaim) return { ok: false, missing: true, because: `persistentvolumeclaim "${name}" not found`, at: 0 };
      return found({ metadata: { name }, directory: { path: claimPath(namespace, name) } });
    }
    case "configmap":
    case "secret":
      return found({ data: Object.fromEntries(keysOf(pod, reference.kind, reference.name).map((key) => [key, ""])) });
    default:
      return { ok: false, missing: reference.kind === "service", because, at: 0 };
  }
}

/** Returns the keys of an object that the pod names. */
function keysOf({ spec }: Pod, kind: "configmap" | "secret", name: string): readonly string[] {
  const variables = containersOf(spec).flatMap(({ env = [] }) => env.map(({ valueFrom }) => valueFrom));
  const refs = variables.flatMap((from) => (kind === "configmap" ? from?.configMapKeyRef : from?.secretKeyRef) ?? []);
  const volumes = (spec.volumes ?? []).flatMap(({ configMap, secret, projected }) => [
    kind === "configmap" ? configMap : secret && { ...secret, name: secret.secretName },
    ...(projected?.sources ?? []).map((source) => (kind === "configmap" ? source.configMap : source.secret)),
  ]);
  const items = volumes.flatMap((each) => (each?.name === name ? (each.items ?? []) : []));
  return [...refs.filter((ref) => ref.name === name), ...items].map(({ key }) => key);
}

/** Returns files that define every variable which the pod reads from a file of another container. */
export function assumedEnvFiles(pod: Pod): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const { env = [] } of containersOf(pod.spec)) {
    for (const { valueFrom } of env) {
      const ref = valueFrom?.fileKeyRef;
      if (ref === undefined) continue;
      const key = envFileKey(pod, ref);
      files.set(key, `${files.get(key) ?? ""}${ref.key}='?'\n`);
    }
  }
  return files;
}

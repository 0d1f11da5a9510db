import { containersOf, statusesOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { OciReference } from "../../model/image/image-reference.ts";
import { type Dependency, dependency, type ResolvedReferences, resolveReference } from "../../model/references.ts";

/** The pod's credentials at registries, for one image. */
export interface PullAuth {
  /** Auth file for this image alone, as skopeo reads it; undefined without credentials. */
  readonly auth?: string;
  /** Names of Secrets that cannot be read. */
  readonly missing: readonly string[];
}

/**
 * Returns the pod's Secrets for registries, while one of its containers waits. The admission plugin ServiceAccount adds
 * those of the service account.
 */
export function pullSecretDependencies({ metadata, spec, status }: Pod): Dependency[] {
  const has = new Set(statusesOf(status).flatMap(({ name, state }) => (state.waiting === undefined ? [name] : [])));
  if (containersOf(spec).every(({ name }) => has.has(name))) return [];
  return secretNames(spec).map((name) =>
    dependency({ kind: "secret", namespace: metadata.namespace, name }, undefined, true),
  );
}

/**
 * Returns the credentials of the pod's Secrets for this image. Of several that match, the one with the longest key is
 * chosen.
 */
export function pullAuth({ metadata, spec }: Pod, reference: OciReference, references: ResolvedReferences): PullAuth {
  const found = secretNames(spec).map((name) => ({
    name,
    secret: resolveReference(references, "secret", metadata.namespace, name),
  }));
  const entries = found.flatMap(({ secret }) => (secret.ok ? readEntries(secret.value.data ?? {}) : []));
  const [best] = entries
    .filter(({ key }) => matches(key, reference))
    .toSorted((a, b) => normal(b.key).length - normal(a.key).length);
  const missing = found.filter(({ secret }) => !secret.ok).map(({ name }) => name);
  if (best === undefined) return { missing };
  return { auth: JSON.stringify({ auths: { [reference.registry]: best.entry } }), missing };
}

function secretNames({ imagePullSecrets = [] }: Pod["spec"]): readonly string[] {
  return [...new Set(imagePullSecrets.flatMap(({ name }) => (name ? [name] : [])))];
}

interface Entry {
  readonly key: string;
  readonly entry: { readonly auth: string };
}

/**
 * Reads Secrets of the types kubernetes.io/dockerconfigjson and kubernetes.io/dockercfg; invalid ones give no entry.
 */
function readEntries(data: Readonly<Record<string, string>>): Entry[] {
  const decoded = (key: string): Record<string, unknown> => {
    try {
      return JSON.parse(Buffer.from(data[key] ?? "", "base64").toString()) ?? {};
    } catch {
      return {};
    }
  };
  const auths = { ...decoded(".dockercfg"), ...(decoded(".dockerconfigjson").auths as Record<string, unknown>) };
  return Object.entries(auths).flatMap(([key, value]) => {
    const { auth, username, password } = (value ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof username === "string" && typeof password === "string")
      return [{ key, entry: { auth: Buffer.from(`${username}:${password}`).toString("base64") } }];
    return typeof auth === "string" ? [{ key, entry: { auth } }] : [];
  });
}

/**
 * True when a key, a host that may contain * and perhaps the beginning of a path, matches the image
 * (`credentialprovider/keyring.go: URLsMatch`, v1.36).
 */
function matches(key: string, { repository }: OciReference): boolean {
  const [host = "", ...path] = normal(key).split("/");
  const [registry = "", ...rest] = repository.split("/");
  const parts = host.split(".");
  const own = registry.split(".");
  const isHost = parts.length === own.length && parts.every((part, at) => isLike(own[at] ?? "", part));
  return isHost && `${rest.join("/")}/`.startsWith(path.length === 0 ? "" : path.join("/"));
}

/** Matches without a regular expression: a key with many * could take exponential time. */
function isLike(text: string, pattern: string): boolean {
  const [head = "", ...others] = pattern.split("*");
  const tail = others.pop();
  if (tail === undefined) return text === pattern;
  let at = head.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.startsWith(head) && text.endsWith(tail) && text.length - tail.length >= at;
}

/** Normalizes a key: Docker Hub has several names, and keys may be URLs. */
function normal(key: string): string {
  const bare = key.replace(/^https?:\/\//, "").replace(/\/(v[12]\/?)?$/, "");
  return bare.replace(/^(index|registry-1)\.docker\.io/, "docker.io");
}

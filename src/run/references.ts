import { readReference, removeReferencesExcept, writeReference } from "../io/kube/reference-store.ts";
import type { Instant } from "../model/api/time.ts";
import type { PersistentVolumeClaim } from "../model/api/volume.ts";
import type { FetchResult, ResolvedReferences, TokenReference } from "../model/references.ts";
import type { PodList } from "../model/world.ts";
import type { PodSource } from "../ports.ts";
import { referenceNeeds } from "../translate/needs.ts";
import { dueDependencies } from "../translate/references.ts";

/** Fetches the objects that the pods refer to, as far as they are due, and stores them for the next runs. */
export async function fetchReferences(pods: PodList, source: PodSource, now: Instant): Promise<ResolvedReferences> {
  const { references, needed, fetched } = await resolveReferences(pods, now, source);
  for (const [key, result] of fetched) if (isStored(key, result)) writeReference(key, result);
  if (pods.complete) removeReferencesExcept(needed);
  return references;
}

/** The directory of a claim is not stored: a cluster that the host joins later may have another claim of its name. */
function isStored(key: string, result: FetchResult): boolean {
  if (!result.ok) return result.missing;
  return !(key.startsWith("persistentvolumeclaim/") && (result.value as PersistentVolumeClaim).directory !== undefined);
}

export interface PeekedReferences {
  readonly references: ResolvedReferences;
  /** The tokens that a run would request, which takes a POST. */
  readonly dueTokens: readonly TokenReference[];
}

/** Resolves the same objects as `fetchReferences` by GET requests alone, and stores nothing. */
export async function peekReferences(pods: PodList, source: PodSource, now: Instant): Promise<PeekedReferences> {
  const dueTokens: TokenReference[] = [];
  const fetch: Objects["fetch"] = (due) => {
    dueTokens.push(...due.flatMap(({ reference }) => (reference.kind === "token" ? [reference] : [])));
    return source.fetch(due.filter(({ reference }) => reference.kind !== "token"));
  };
  const { references } = await resolveReferences(pods, now, { fetch, hasObjects: source.hasObjects });
  return { references, dueTokens };
}

type Objects = Pick<PodSource, "fetch" | "hasObjects">;

interface Resolution {
  readonly references: ResolvedReferences;
  /** Keys of all objects that the pods refer to. */
  readonly needed: ReadonlySet<string>;
  /** What `fetch` returned, or what was stored where it failed, by key. */
  readonly fetched: ReadonlyMap<string, FetchResult>;
}

/** Repeats until nothing new is needed: which PersistentVolume a pod needs is known only with its claim. */
async function resolveReferences({ items }: PodList, now: Instant, objects: Objects): Promise<Resolution> {
  const references = new Map<string, FetchResult>();
  const fetched = new Map<string, FetchResult>();
  const needed = new Set<string>();
  for (;;) {
    const fresh = referenceNeeds(items, references).filter(({ key }) => !needed.has(key));
    if (fresh.length === 0) return { references, needed, fetched };
    for (const { key } of fresh) {
      needed.add(key);
      const stored = readReference(key);
      if (stored !== undefined) references.set(key, stored);
    }
    const due = objects.hasObjects ? fresh : dueDependencies(fresh, references, now);
    const results = due.length === 0 ? new Map<string, FetchResult>() : await objects.fetch(due);
    for (const [key, result] of results) {
      const stored = references.get(key);
      // The stored object stays in use when the request fails; the next request is a minute later.
      const next = !result.ok && !result.missing && stored?.ok ? { ...stored, at: now } : result;
      references.set(key, next);
      fetched.set(key, next);
    }
  }
}

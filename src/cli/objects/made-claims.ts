import type { StoredObject } from "../../io/schema/stored-objects.ts";
import type { StoredClaim } from "../../io/volumes/claims.ts";
import type { Pod } from "../../model/api/pod.ts";
import { type ApiObject, at, type Tree, textAt } from "./api-object.ts";

/**
 * Returns the claims that no file has: those that StatefulSets have made for their pods, and those of removed manifests, whose
 * directories stay. `kept` are the claims with a directory. The objects have no status.
 */
export function madeClaims(
  kept: readonly StoredClaim[],
  pods: readonly Pod[],
  stored: readonly StoredObject[],
): readonly ApiObject[] {
  const written = new Set(stored.filter(({ kind }) => kind === "PersistentVolumeClaim").map(keyOf));
  const sets = stored.filter(({ kind }) => kind === "StatefulSet");
  const wanted = pods.flatMap(claimsOf).filter((claim) => templateOf(claim, sets) !== undefined);
  const claims = new Map([...kept, ...wanted].map((claim) => [keyOf(claim), claim]));
  return [...claims]
    .filter(([key]) => !written.has(key))
    .map(([, claim]) => claimObject(claim, templateOf(claim, sets)));
}

/** True for a claim that no file has. There is nothing in a file to delete of it. */
export function isMadeClaim({ kind, metadata }: ApiObject, stored: readonly StoredObject[]): boolean {
  if (kind !== "PersistentVolumeClaim") return false;
  return !stored.some((each) => each.kind === kind && keyOf(each) === keyOf(metadata));
}

const keyOf = ({ namespace, name }: StoredClaim) => `${namespace}/${name}`;

function claimsOf({ metadata: { namespace }, spec: { volumes = [] } }: Pod): readonly StoredClaim[] {
  return volumes.flatMap(({ persistentVolumeClaim: claim }) =>
    claim === undefined ? [] : [{ namespace, name: claim.claimName }],
  );
}

interface Template {
  readonly value: Tree;
  readonly set: StoredObject;
}

/** A claim is named after its template, the StatefulSet and the number of the pod. */
function templateOf({ namespace, name }: StoredClaim, sets: readonly StoredObject[]): Template | undefined {
  for (const set of sets) {
    const templates = at(set.value, "spec", "volumeClaimTemplates");
    if (set.namespace !== namespace || !Array.isArray(templates)) continue;
    const isOf = (each: unknown) => {
      const start = `${textAt(each, "metadata", "name")}-${set.name}-`;
      return name.startsWith(start) && /^\d+$/.test(name.slice(start.length));
    };
    const value = templates.find(isOf);
    if (value !== undefined) return { value, set };
  }
  return undefined;
}

/** The labels are those that the StatefulSet controller gives (`stateful_set_utils.go: getPersistentVolumeClaims`, v1.36). */
function claimObject({ namespace, name }: StoredClaim, template: Template | undefined): ApiObject {
  const labels = {
    ...(at(template?.value, "metadata", "labels") as object | undefined),
    ...(at(template?.set.value, "spec", "selector", "matchLabels") as object | undefined),
  };
  const metadata = { name, namespace, ...(Object.keys(labels).length > 0 && { labels }) };
  const spec = at(template?.value, "spec");
  return { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata, ...(spec !== undefined && { spec }) };
}

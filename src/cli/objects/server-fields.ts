import type { StoredObject } from "../../io/schema/stored-objects.ts";
import { at, type Tree } from "./api-object.ts";

/** What an API server sets in the metadata of an object. In a manifest it has no effect. */
const METADATA = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
];

/**
 * Returns the object without what `get -o yaml` shows beside the manifest, as kubectl apply ignores it: status, UID, times. Returns the
 * same object when it has none of these, or only empty ones.
 */
export function withoutServerFields(object: StoredObject): StoredObject {
  const { status, metadata, ...rest } = object.value;
  const present = METADATA.filter((field) => !isEmpty(at(metadata, field)));
  if (present.length === 0 && isEmpty(status)) return object;
  const own = Object.entries(metadata as Tree).filter(([field]) => !METADATA.includes(field));
  return { ...object, value: { ...rest, metadata: Object.fromEntries(own) } };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

/**
 * True when a run would make the same of two manifests of one object, apart from what a server sets. A pod that `get` shows has the
 * defaults that its manifest leaves out.
 */
export function meansTheSame(before: StoredObject, after: StoredObject): boolean {
  const [a, b] = [before, after].map(withoutServerFields);
  if (canonical(a?.value) === canonical(b?.value)) return true;
  return before.pod !== undefined && after.pod !== undefined && meaningOf(before.pod) === meaningOf(after.pod);
}

/** Of a pod that has the same namespace and name as the other one. */
function meaningOf({ metadata: { labels, annotations }, spec }: NonNullable<StoredObject["pod"]>): string {
  return canonical({ labels: labels ?? {}, annotations: annotations ?? {}, spec });
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

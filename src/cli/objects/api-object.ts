import type { Container, OwnerReference, PodSpec } from "../../model/api/pod.ts";

/** An object of the API as `get -o json` prints it. Kinds differ in what is beside metadata. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ApiMetadata;
  readonly [field: string]: unknown;
}

export interface ApiMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export type Tree = Readonly<Record<string, unknown>>;

/** Returns what is at a path of field names; undefined when a part of the path is missing. */
export function at(object: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, field) => (typeof value === "object" && value !== null ? (value as Tree)[field] : undefined),
    object,
  );
}

/** Returns the text or number at a path as text; "" when there is none. */
export function textAt(object: unknown, ...path: readonly string[]): string {
  const value = at(object, ...path);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Returns the number at a path; 0 when there is none. */
export function countAt(object: unknown, ...path: readonly string[]): number {
  const value = at(object, ...path);
  return typeof value === "number" ? value : 0;
}

/** Returns how many fields or items are at a path. */
export function sizeAt(object: unknown, ...path: readonly string[]): number {
  return Object.keys(at(object, ...path) ?? {}).length;
}

/** Returns the containers of the template of pods at a path. */
export function containersAt(object: unknown, ...path: readonly string[]): readonly Container[] {
  const spec = at(object, ...path) as PodSpec | undefined;
  return spec?.containers ?? [];
}

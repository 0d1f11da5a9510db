import type { PodSpec } from "../../model/api/pod.ts";

/** A Pod as a manifest has it. */
export interface PodManifest {
  readonly apiVersion: "v1";
  readonly kind: "Pod";
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: PodSpec & { readonly os?: { readonly name: string } };
}

/** What the sections [Service] and [Container] become. */
export type ImportedPod = Pick<PodManifest, "spec"> & { readonly annotations: Readonly<Record<string, string>> };

/** What a unit becomes. */
export interface Imported {
  readonly manifest: PodManifest;
  /** `DIRECTIVE=VALUE: why it is not in the pod, or differs there`. */
  readonly notes: readonly string[];
}

/** Thrown for a unit that no pod can be made of. The message is a sentence about it. */
export class ImportError extends Error {
  override readonly name = "ImportError";
}

type WithoutUndefined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

/** Returns the object without fields that are undefined, or empty lists and mappings. */
export function withoutEmpty<T extends object>(value: T): WithoutUndefined<T> {
  const isEmpty = (each: unknown) =>
    each === undefined || (typeof each === "object" && each !== null && Object.keys(each).length === 0);
  return Object.fromEntries(Object.entries(value).filter(([, each]) => !isEmpty(each))) as WithoutUndefined<T>;
}

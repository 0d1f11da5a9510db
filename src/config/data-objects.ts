import type { PersistentVolumeClaim } from "../model/api/volume.ts";
import type { ConfigMap, Secret } from "../model/references.ts";
import { checkType } from "./check-types.ts";
import type { Issue, Path } from "./issue.ts";
import type { Tree } from "./object-rules.ts";
import type { TypeTable } from "./type-table.ts";

/** An object of a manifest that pods refer to, as far as they can use it. */
export interface DataObject {
  readonly kind: "configmap" | "secret" | "persistentvolumeclaim";
  readonly namespace: string;
  readonly name: string;
  readonly value: ConfigMap | Secret | PersistentVolumeClaim;
}

/** `core/types.go: MaxSecretSize`, v1.36; also that of a ConfigMap. */
const MAX_BYTES = 1024 * 1024;

/** The keys that a Secret of these types must have (`validation.go: ValidateSecret`, v1.36). */
const NEEDED_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ["kubernetes.io/dockercfg", [".dockercfg"]],
  ["kubernetes.io/dockerconfigjson", [".dockerconfigjson"]],
  ["kubernetes.io/ssh-auth", ["ssh-privatekey"]],
  ["kubernetes.io/tls", ["tls.crt", "tls.key"]],
]);

/** Returns a ConfigMap as far as containers can use it, and what is wrong with the document. */
export function parseConfigMap(types: TypeTable, written: unknown): Parsed {
  const { value, issues } = checkType(types, "ConfigMap", written);
  const { data = {}, binaryData = {} } = value as Fields;
  const all = [
    ...issues,
    ...keysInBoth(data, binaryData, "binaryData", "data"),
    ...(issues.length > 0
      ? []
      : sizeIssues([...Object.values(data).map(textBytes), ...Object.values(binaryData).map(bytes)])),
  ];
  return { issues: all, object: { ...nameOf("configmap", value), value: { data, binaryData } } };
}

/** Returns a Secret as far as containers can use it, and what is wrong with the document. Messages show no value. */
export function parseSecret(types: TypeTable, written: unknown): Parsed {
  const { value, issues } = checkType(types, "Secret", written);
  // What is there for a wrong value has no meaning, and may be no text.
  const { data = {}, stringData = {}, type = "Opaque" } = (issues.length > 0 ? {} : value) as Fields;
  const whole = {
    ...data,
    ...Object.fromEntries(Object.entries(stringData).map(([key, text]) => [key, encoded(text)])),
  };
  const missing = issues.length > 0 ? [] : (NEEDED_KEYS.get(type) ?? []).filter((key) => !Object.hasOwn(whole, key));
  const all = [
    ...issues,
    ...missing.map((key) => ({ path: ["data", key], message: `is missing, and type is ${type}` })),
    ...sizeIssues(Object.values(whole).map(bytes)),
  ];
  return { issues: all, object: { ...nameOf("secret", value), value: { data: whole } } };
}

interface Parsed {
  readonly issues: readonly Issue[];
  /** Has a meaning only when there is no issue. */
  readonly object: DataObject;
}

interface Fields {
  readonly data?: Texts;
  readonly binaryData?: Texts;
  readonly stringData?: Texts;
  readonly type?: string;
}

type Texts = Readonly<Record<string, string>>;

function nameOf(kind: DataObject["kind"], value: unknown): Omit<DataObject, "value"> {
  const { metadata } = value as { readonly metadata?: Tree };
  const { name, namespace = "default" } = (metadata ?? {}) as { readonly name: string; readonly namespace?: string };
  return { kind, namespace, name };
}

function keysInBoth(first: Texts, second: Texts, field: string, other: string): readonly Issue[] {
  const both = Object.keys(second ?? {}).filter((key) => Object.hasOwn(first ?? {}, key));
  return both.map((key) => ({ path: [field, key] as Path, message: `is in ${other} as well: remove one of them` }));
}

function sizeIssues(sizes: readonly number[]): readonly Issue[] {
  const sum = sizes.reduce((total, size) => total + size, 0);
  if (sum <= MAX_BYTES) return [];
  return [{ path: ["data"], message: `expected at most ${MAX_BYTES} bytes in all values, found ${sum}` }];
}

const encoded = (text: string) => Buffer.from(text).toString("base64");
const textBytes = (text: string) => Buffer.byteLength(text);
const bytes = (base64: string) => Buffer.from(base64, "base64").length;

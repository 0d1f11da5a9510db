import { containersOf } from "../../model/api/containers.ts";
import type { EnvFromSource, EnvVarSource, KeyRef } from "../../model/api/env-var.ts";
import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import { textOfBytes } from "../../model/byte-text.ts";
import type { Allocatable } from "../../model/host/allocatable.ts";
import { type ResolvedReferences, resolveReference } from "../../model/references.ts";
import { envFileKey, envFileValue } from "./env-file.ts";
import { fieldValue, type PodAddresses } from "./field-value.ts";
import { resourceValue } from "./resource-value.ts";

/** The sources of a container's variables. */
export interface EnvContext {
  readonly pod: Pod;
  readonly container: Container;
  readonly references: ResolvedReferences;
  readonly addresses: PodAddresses;
  readonly allocatable: Allocatable;
  /** Texts of files that containers have written, by envFileKey. */
  readonly envFiles: ReadonlyMap<string, string>;
}

/** `value` is undefined when the variable is not set. `because` is the kubelet's message. */
export type Sourced =
  | { readonly ok: true; readonly value: string | undefined }
  | { readonly ok: false; readonly because: string };

/** Returns the value of `valueFrom` (`kubelet_pods.go: makeEnvironmentVariables`, v1.36). */
export function sourcedValue(source: EnvVarSource, context: EnvContext): Sourced {
  const { pod, container, addresses, allocatable } = context;
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source;
  if (fieldRef !== undefined) {
    const value = fieldValue(pod, fieldRef.fieldPath, addresses);
    return value === undefined ? failed(`unsupported fieldPath: ${fieldRef.fieldPath}`) : { ok: true, value };
  }
  if (resourceFieldRef !== undefined) {
    const { containerName } = resourceFieldRef;
    const all = containersOf(pod.spec);
    const other = containerName ? all.find(({ name }) => name === containerName) : container;
    const value = other && resourceValue(resourceFieldRef, other, allocatable);
    if (value !== undefined) return { ok: true, value };
    return failed(`unsupported container resource : ${resourceFieldRef.resource}`);
  }
  if (configMapKeyRef !== undefined) return keyed("configmap", configMapKeyRef, context);
  if (secretKeyRef !== undefined) return keyed("secret", secretKeyRef, context);
  if (fileKeyRef !== undefined) {
    const text = context.envFiles.get(envFileKey(pod, fileKeyRef));
    const value = text === undefined ? undefined : envFileValue(text, fileKeyRef.key);
    if (value || fileKeyRef.optional) return { ok: true, value: value || undefined };
    const { key, path, volumeName } = fileKeyRef;
    return failed(`environment variable key "${key}" not found in file "${path}" of volume "${volumeName}"`);
  }
  return { ok: true, value: "" };
}

function keyed(kind: "configmap" | "secret", ref: KeyRef, context: EnvContext): Sourced {
  const all = textsOf(kind, ref, context, ref.key);
  if (!all.ok) return all;
  const value = all.value?.get(ref.key);
  if (value !== undefined || ref.optional) return { ok: true, value };
  const { namespace } = context.pod.metadata;
  const called = kind === "secret" ? "Secret" : "ConfigMap";
  return failed(`couldn't find key ${ref.key} in ${called} ${namespacedName({ namespace, name: ref.name })}`);
}

type All = { readonly ok: true; readonly value: ReadonlyMap<string, string> | undefined };

/** Returns all variables of a ConfigMap or Secret with the prefix before each name. */
export function variablesFrom(
  { prefix = "", configMapRef, secretRef }: EnvFromSource,
  context: EnvContext,
):
  | { readonly ok: true; readonly value: readonly [string, string][] }
  | { readonly ok: false; readonly because: string } {
  const [kind, ref] = configMapRef ? (["configmap", configMapRef] as const) : (["secret", secretRef] as const);
  if (ref === undefined) return { ok: true, value: [] };
  const all = textsOf(kind, ref, context);
  if (!all.ok) return all;
  return { ok: true, value: [...(all.value ?? [])].map(([name, value]) => [prefix + name, value]) };
}

/** Returns undefined for an optional object that does not exist. binaryData are for volumes only. */
function textsOf(
  kind: "configmap" | "secret",
  { name, optional }: { readonly name: string; readonly optional?: boolean },
  { pod, references }: EnvContext,
  only?: string,
): All | { readonly ok: false; readonly because: string } {
  const { namespace } = pod.metadata;
  const fetched = resolveReference(references, kind, namespace, name);
  if (!fetched.ok) return fetched.missing && optional ? { ok: true, value: undefined } : failed(fetched.because);
  const data = Object.entries(fetched.value.data ?? {}).filter(([key]) => only === undefined || key === only);
  if (kind === "configmap") return { ok: true, value: new Map(data) };
  return { ok: true, value: new Map(data.map(([key, value]) => [key, textOfBytes(Buffer.from(value, "base64"))])) };
}

const failed = (because: string) => ({ ok: false, because }) as const;

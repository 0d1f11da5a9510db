import type { User } from "../security/user.ts";
import { type EnvContext, sourcedValue, variablesFrom } from "./env-sources.ts";
import { addSize, expand } from "./expand.ts";
import { serviceVariables } from "./service-variables.ts";

export type Environment =
  | {
      readonly ok: true;
      /** Only these are expanded in command, args and subPathExpr, as the kubelet does it. */
      readonly declared: ReadonlyMap<string, string>;
    }
  | { readonly ok: false; readonly message: string };

/** What container runtimes give a program whose image says nothing. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** With what runtimes give to every program. */
export function hostVariables(
  declared: ReadonlyMap<string, string>,
  hostname: string,
  user: User,
): ReadonlyMap<string, string> {
  const home = (user.uid ?? 0) === 0 ? "/root" : "/";
  return new Map([["PATH", PATH], ["HOME", home], ["HOSTNAME", hostname], ...declared]);
}

/**
 * What the pod gives to the container, as the kubelet makes it: envFrom, then env, later entries winning, with `$(VAR)` expanded
 * by what came before and by services; services last, where nothing else has their name. Throws UnquotableError when they
 * become too much.
 */
export function declaredVariables(context: EnvContext): Environment {
  const { pod, container, references } = context;
  const services = serviceVariables(pod, references);
  if (!services.ok)
    return { ok: false, message: `failed to list services when setting up env vars: ${services.because}` };
  const declared = new Map<string, string>();
  let size = 0;
  for (const source of container.envFrom ?? []) {
    const found = variablesFrom(source, context);
    if (!found.ok) return { ok: false, message: found.because };
    for (const [name, value] of found.value) declared.set(name, value);
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (value || valueFrom === undefined) {
      const expanded = expand(value ?? "", (variable) => declared.get(variable) ?? services.value.get(variable));
      size = addSize(size, expanded);
      declared.set(name, expanded);
      continue;
    }
    const found = sourcedValue(valueFrom, context);
    if (!found.ok) return { ok: false, message: found.because };
    if (found.value !== undefined) declared.set(name, found.value);
  }
  for (const [name, value] of services.value) if (!declared.has(name)) declared.set(name, value);
  return { ok: true, declared };
}

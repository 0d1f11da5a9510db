import type { RequestedUser } from "../../model/confinement.ts";
import { nodeAddresses } from "../../model/host/addresses.ts";
import { allocatable } from "../../model/host/allocatable.ts";
import { DEFAULT_PATH } from "../../model/paths.ts";
import type { TranslateContext } from "../context.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { type EnvContext, sourcedValue, variablesFrom } from "./env-sources.ts";
import { addSize, expand } from "./expand.ts";
import { serviceVariables } from "./service-variables.ts";

export type Environment =
  | {
      readonly ok: true;
      /**
       * Only these are expanded in command, args and subPathExpr (`kubelet_pods.go: makeEnvironmentVariables`, v1.36).
       */
      readonly declared: ReadonlyMap<string, string>;
    }
  | { readonly ok: false; readonly message: string };

/** Adds the variables that container runtimes give to every program. */
export function hostVariables(
  declared: ReadonlyMap<string, string>,
  hostname: string,
  user: RequestedUser,
): ReadonlyMap<string, string> {
  const home = (user.uid ?? 0) === 0 ? "/root" : "/";
  return new Map([["PATH", DEFAULT_PATH], ["HOME", home], ["HOSTNAME", hostname], ...declared]);
}

/**
 * Returns the pod's variables for the container (`kubelet_pods.go: makeEnvironmentVariables`, v1.36): envFrom, then
 * env, later entries winning. `$(VAR)` expands to earlier variables and to those of services, which come last and
 * replace nothing. Throws UnquotableError above 6 MiB.
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

/** Returns the variables that the pod and the services of its namespace give to the container. */
export function containerEnvironment(
  { pod, container, network }: ResolvedContainer,
  { config, host, references, envFiles = new Map() }: TranslateContext,
): Environment {
  const addresses = { hostIPs: nodeAddresses(host), podIPs: network.addresses };
  return declaredVariables({
    ...{ pod, container, references, addresses, envFiles },
    allocatable: allocatable(config, host),
  });
}

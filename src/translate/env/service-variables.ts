import type { Pod } from "../../model/api/pod.ts";
import type { Service, ServicePort } from "../../model/api/service.ts";
import {
  type Dependency,
  dependency,
  type FetchResult,
  type ResolvedReferences,
  resolveReference,
} from "../../model/references.ts";
import { isStaticPod } from "../../model/static-pod.ts";

/**
 * The maximum age for a container that runs: it gets the variables of services at its start only, so it needs no fresh
 * list.
 */
const MAX_AGE_MS = 10 * 60_000;

/** Every container has the variables of this service, also with enableServiceLinks false. */
const API_SERVER = { kind: "service", namespace: "default", name: "kubernetes" } as const;

/**
 * Returns the services that the pod's variables depend on. A pod that has not started yet needs them as they are now.
 */
export function serviceDependencies(pod: Pod): Dependency[] {
  // A static pod starts without the API server.
  if (isStaticPod(pod)) return [];
  const maxAge = pod.status?.startTime === undefined ? 0 : MAX_AGE_MS;
  const links = linksServices(pod)
    ? [dependency({ kind: "services", namespace: pod.metadata.namespace, name: "" }, maxAge)]
    : [];
  return [dependency(API_SERVER, MAX_AGE_MS, true), ...links];
}

/**
 * Returns the variables of services (`envvars/envvars.go: FromServices`, v1.36): always those of the API server, and of
 * the pod's namespace unless enableServiceLinks is false.
 */
export function serviceVariables(pod: Pod, references: ResolvedReferences): FetchResult<ReadonlyMap<string, string>> {
  if (isStaticPod(pod)) return { ok: true, value: new Map(), at: 0 };
  const api = resolveReference(references, API_SERVER.kind, API_SERVER.namespace, API_SERVER.name);
  const own: FetchResult<readonly Service[]> = linksServices(pod)
    ? resolveReference(references, "services", pod.metadata.namespace, "")
    : { ok: true, value: [], at: 0 };
  if (!own.ok) return own;
  if (!api.ok && !api.missing) return api;
  const services = new Map(own.value.map((service) => [service.metadata.name, service]));
  if (api.ok) services.set(API_SERVER.name, api.value);
  return { ok: true, value: new Map([...services.values()].flatMap(variablesOf)), at: own.at };
}

function linksServices(pod: Pod): boolean {
  return pod.spec.enableServiceLinks !== false;
}

function variablesOf({ metadata, spec }: Service): [string, string][] {
  const ip = spec?.clusterIP ?? "";
  const [first] = spec?.ports ?? [];
  if (ip === "" || ip === "None" || first === undefined) return [];
  const name = variableName(metadata.name);
  const named = (spec?.ports ?? []).flatMap(({ name: port, port: number }): [string, string][] =>
    port ? [[`${name}_SERVICE_PORT_${variableName(port)}`, String(number)]] : [],
  );
  return [
    [`${name}_SERVICE_HOST`, ip],
    [`${name}_SERVICE_PORT`, String(first.port)],
    ...named,
    [`${name}_PORT`, url(first, ip)],
    ...(spec?.ports ?? []).flatMap((port) => linkVariables(name, port, ip)),
  ];
}

/** Returns the variables that Docker links had. */
function linkVariables(name: string, port: ServicePort, ip: string): [string, string][] {
  const protocol = port.protocol || "TCP";
  const prefix = `${name}_PORT_${port.port}_${protocol.toUpperCase()}`;
  return [
    [prefix, url(port, ip)],
    [`${prefix}_PROTO`, protocol.toLowerCase()],
    [`${prefix}_PORT`, String(port.port)],
    [`${prefix}_ADDR`, ip],
  ];
}

function url({ protocol, port }: ServicePort, ip: string): string {
  return `${(protocol || "TCP").toLowerCase()}://${ip.includes(":") ? `[${ip}]` : ip}:${port}`;
}

function variableName(name: string): string {
  return name.replaceAll("-", "_").toUpperCase();
}

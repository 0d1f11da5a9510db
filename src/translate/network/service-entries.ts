import { namespacedName } from "../../model/api/namespaced-name.ts";
import { isTerminal, isTerminating } from "../../model/api/phase.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { DirectoryService } from "../../model/api/service.ts";

/** The most addresses of Services that one file has: a hundred pods with such files take 15 MB of memory. */
export const MAX_ENTRIES = 1000;
/** The most addresses of one Service. Resolvers answer with about as many. */
const MAX_ADDRESSES = 16;

/** An address of a Service. */
export interface ServiceEntry {
  readonly namespace: string;
  /** The name below the namespace: that of the Service, or `HOSTNAME.SERVICE` of one pod. */
  readonly host: string;
  readonly address: string;
}

/** A pod that a Service leads to. */
export interface Endpoint {
  readonly pod: Pod;
  readonly addresses: readonly string[];
}

/**
 * Returns the pods that a Service leads to, by their names: those that its selector selects, that have an address and are ready
 * (`endpointslice/utils.go: addressToEndpoint`, v1.36). A pod that ends is none of them.
 */
export function endpointsOf({ metadata, spec }: DirectoryService, pods: readonly Pod[]): readonly Endpoint[] {
  const selector = Object.entries(spec.selector ?? {});
  if (selector.length === 0 || spec.type === "ExternalName") return [];
  const isSelected = ({ metadata: { namespace, labels = {} } }: Pod) =>
    namespace === metadata.namespace && selector.every(([key, value]) => labels[key] === value);
  return pods
    .filter((pod) => isSelected(pod) && !isTerminating(pod) && !isTerminal(pod.status?.phase))
    .filter((pod) => spec.publishNotReadyAddresses === true || isReady(pod))
    .map((pod) => ({ pod, addresses: addressesOf(pod, spec) }))
    .filter(({ addresses }) => addresses.length > 0)
    .toSorted((a, b) => compare(a.pod.metadata.name, b.pod.metadata.name));
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false;
}

function addressesOf({ status }: Pod, { ipFamilies = [], ipFamilyPolicy = "SingleStack" }: DirectoryService["spec"]) {
  const all = (status?.podIPs ?? []).map(({ ip }) => ip);
  const families = ipFamilies.length > 0 ? ipFamilies : undefined;
  const asked =
    families === undefined ? all : all.filter((ip) => families.includes(ip.includes(":") ? "IPv6" : "IPv4"));
  return ipFamilyPolicy === "SingleStack" ? asked.slice(0, 1) : asked;
}

/**
 * Returns the addresses of all Services in an order that depends on their names alone. A pod with a host name in the domain of
 * the Service, as those of a StatefulSet, also has an entry of its own.
 */
export function serviceEntries(services: readonly DirectoryService[], pods: readonly Pod[]): readonly ServiceEntry[] {
  const most = Math.min(MAX_ADDRESSES, Math.max(1, Math.floor(MAX_ENTRIES / services.length)));
  const byNamespace = Map.groupBy(pods, ({ metadata }) => metadata.namespace);
  return services
    .toSorted((a, b) => compare(namespacedName(a.metadata), namespacedName(b.metadata)))
    .flatMap((service) => {
      const { name, namespace } = service.metadata;
      const endpoints = endpointsOf(service, byNamespace.get(namespace) ?? []);
      const own = new Set(endpoints.flatMap(({ addresses }) => addresses));
      const named = endpoints.filter(({ pod: { spec } }) => spec.hostname && spec.subdomain === name);
      return [
        ...[...own].slice(0, most).map((address) => ({ namespace, host: name, address })),
        ...named.flatMap(({ pod: { spec }, addresses }) =>
          addresses.map((address) => ({ namespace, host: `${spec.hostname}.${name}`, address })),
        ),
      ];
    });
}

/** Returns what files of pods lack of the addresses of Services; undefined when they have all. */
export function serviceProblem(services: readonly DirectoryService[], pods: readonly Pod[]): string | undefined {
  const count = serviceEntries(services, pods).length;
  if (count <= MAX_ENTRIES) return undefined;
  return `Services have ${count} addresses, and /etc/hosts of a pod has ${MAX_ENTRIES}: those of other namespaces come last and are left out`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

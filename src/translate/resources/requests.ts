import { isSidecar } from "../../model/api/containers.ts";
import type { Pod, Resources } from "../../model/api/pod.ts";
import { parseQuantity } from "../../model/api/quantity.ts";

/** The requests of a pod: millicores and bytes. */
export interface Requests {
  readonly cpu: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
}

const NOTHING: Requests = { cpu: 0, memory: 0, ephemeralStorage: 0 };

/**
 * Returns the requests as the scheduler counts them (`component-helpers/resource/helpers.go: PodRequests`, v0.36). They
 * are those of all containers with the sidecars, or of the largest init container with the sidecars before it,
 * whichever is more. The overhead is added. Requests of the pod replace those of its containers.
 */
export function podRequests({ spec }: Pod): Requests {
  let sidecars = NOTHING;
  let most = NOTHING;
  for (const init of spec.initContainers ?? []) {
    const own = requestsOf(init.resources);
    if (isSidecar(init)) sidecars = add(sidecars, own);
    most = larger(most, isSidecar(init) ? sidecars : add(sidecars, own));
  }
  const running = spec.containers.map(({ resources }) => requestsOf(resources)).reduce(add, sidecars);
  const { resources, overhead } = spec as { resources?: Resources; overhead?: Resources["requests"] };
  const whole = { ...larger(running, most), ...given(resources) };
  return add(whole, requestsOf(overhead && { requests: overhead }));
}

function given(resources: Resources | undefined): Partial<Requests> {
  const { cpu, memory } = resources?.requests ?? {};
  const own = requestsOf(resources);
  return {
    ...(cpu === undefined ? {} : { cpu: own.cpu }),
    ...(memory === undefined ? {} : { memory: own.memory }),
  };
}

/**
 * Returns the requests of a container or pod. The API server sets a missing request to its limit; a static pod may lack
 * it.
 */
function requestsOf(resources: Resources | undefined): Requests {
  if (resources?.limits === undefined && resources?.requests === undefined) return NOTHING;
  const amounts = { ...resources?.limits, ...resources?.requests };
  const amount = (name: string, scale: number) => Math.ceil(parseQuantity(String(amounts[name] ?? "0"), scale) ?? 0);
  return { cpu: amount("cpu", 3), memory: amount("memory", 0), ephemeralStorage: amount("ephemeral-storage", 0) };
}

export function add(a: Requests, b: Requests): Requests {
  return {
    cpu: a.cpu + b.cpu,
    memory: a.memory + b.memory,
    ephemeralStorage: a.ephemeralStorage + b.ephemeralStorage,
  };
}

function larger(a: Requests, b: Requests): Requests {
  return {
    cpu: Math.max(a.cpu, b.cpu),
    memory: Math.max(a.memory, b.memory),
    ephemeralStorage: Math.max(a.ephemeralStorage, b.ephemeralStorage),
  };
}

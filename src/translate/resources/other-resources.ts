import { containersOf, isSidecar } from "../../model/api/containers.ts";
import type { Node } from "../../model/api/node.ts";
import type { Pod, Resources } from "../../model/api/pod.ts";
import { parseQuantity } from "../../model/api/quantity.ts";
import type { Problem } from "../../model/problem.ts";
import { OTHER_NODE } from "../fields/field-row.ts";

/** True for pages of the kernel's pool of huge pages. */
const isHugePages = (resource: string) => resource.startsWith("hugepages-");

/** True for a resource that an administrator or a device plugin gives a node (`core/v1/helper/helpers.go: IsExtendedResourceName`, v1.36). */
const isExtended = (resource: string) => resource.includes("/") && !/^([^/]*\.)?kubernetes\.io\//.test(resource);

/**
 * Returns how much a pod requests of huge pages and of extended resources, without zeros. It is counted as the other
 * requests are.
 */
export function otherRequests({ spec }: Pod): ReadonlyMap<string, number> {
  const all = containersOf(spec).flatMap(({ resources }) => Object.keys(amounts(resources)));
  const counts = [...new Set(all)].filter(isOther).map((resource) => [resource, requested(spec, resource)] as const);
  return new Map(counts.filter(([, count]) => count > 0));
}

function requested({ containers, initContainers = [] }: Pod["spec"], resource: string): number {
  const count = ({ resources }: { readonly resources?: Resources }) =>
    Math.ceil(parseQuantity(String(amounts(resources)[resource] ?? "0")) ?? 0);
  let sidecars = 0;
  let most = 0;
  for (const init of initContainers) {
    if (isSidecar(init)) sidecars += count(init);
    most = Math.max(most, isSidecar(init) ? sidecars : sidecars + count(init));
  }
  return Math.max(
    most,
    containers.reduce((sum, each) => sum + count(each), sidecars),
  );
}

const amounts = (resources: Resources | undefined) => ({ ...resources?.limits, ...resources?.requests });

const isOther = (resource: string) => isHugePages(resource) || isExtended(resource);

/** Returns what the node offers of the resource; undefined for an extended resource that is none of this node. */
export function offered(resource: string, node: Node | undefined): number | undefined {
  const quantity = node?.status?.allocatable?.[resource];
  if (quantity === undefined) return isHugePages(resource) ? 0 : undefined;
  return parseQuantity(quantity) ?? 0;
}

/**
 * Returns a problem for each extended resource that the pod requests and the node does not offer. The kubelet runs such
 * a pod, and a device plugin or nothing at all serves the request.
 */
export function deviceProblems(pod: Pod, node: Node | undefined): Problem[] {
  return [...otherRequests(pod).keys()]
    .filter((resource) => offered(resource, node) === undefined)
    .map((resource) => ({
      severity: "reject",
      path: `spec.containers.resources.requests.${resource}`,
      because: "is a device or a resource that this node does not offer, and it has no device plugins",
      remedy: OTHER_NODE,
    }));
}

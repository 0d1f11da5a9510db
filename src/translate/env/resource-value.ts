import type { ResourceFieldRef } from "../../model/api/env-var.ts";
import type { Container } from "../../model/api/pod.ts";
import { parseQuantity } from "../../model/api/quantity.ts";
import type { Allocatable } from "../../model/host/allocatable.ts";

/**
 * Returns the value of a resourceFieldRef in units of its divisor, rounded up
 * (`resource/helpers.go: ExtractContainerResourceValue`, v1.36); undefined for an unknown resource.
 */
export function resourceValue(
  { resource, divisor }: ResourceFieldRef,
  container: Container,
  allocatable: Allocatable,
): string | undefined {
  const [, side, name] = /^(limits|requests)\.(.+)$/.exec(resource) ?? [];
  if (side === undefined || name === undefined || !/^(cpu|memory|ephemeral-storage|hugepages-.+)$/.test(name))
    return undefined;
  const scale = name === "cpu" ? 3 : 0;
  const given = container.resources?.[side as "limits" | "requests"]?.[name];
  const limit = container.resources?.limits?.[name];
  // The API server adds a request for every limit; a static pod may lack it.
  const amount = given ?? (side === "requests" ? limit : undefined);
  const own = amount === undefined ? 0 : Math.ceil(parseQuantity(String(amount), scale) ?? 0);
  const value = side === "limits" && own === 0 ? nodes(name, allocatable) : own;
  const unit = Math.ceil(parseQuantity(divisor || "1", scale) ?? 0) || 10 ** scale;
  return String(BigInt(Math.ceil(value / unit)));
}

/** Returns the node's allocatable amount, for a container without a limit: millicores or bytes. */
function nodes(name: string, { cpu, memory, ephemeralStorage }: Allocatable): number {
  return { cpu, memory, "ephemeral-storage": ephemeralStorage }[name] ?? 0;
}

import type { ResourceFieldRef } from "../../model/api/env-var.ts";
import type { Container } from "../../model/api/pod.ts";
import { parseQuantity } from "../../model/api/quantity.ts";
import type { Allocatable } from "../../model/host/allocatable.ts";

/** What a resourceFieldRef says, in units of its divisor, rounded up; undefined for a resource that cannot be asked for. */
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
  // The API server writes a request for every limit; a pod from a file need not have it.
  const amount = given ?? (side === "requests" ? limit : undefined);
  const own = amount === undefined ? 0 : Math.ceil(parseQuantity(String(amount), scale) ?? 0);
  const value = side === "limits" && own === 0 ? nodes(name, allocatable) : own;
  const unit = Math.ceil(parseQuantity(divisor || "1", scale) ?? 0) || 10 ** scale;
  return String(BigInt(Math.ceil(value / unit)));
}

/** A container without a limit has the node's. Millicores and bytes. */
function nodes(name: string, { cpu, memory, ephemeralStorage }: Allocatable): number {
  return { cpu, memory, "ephemeral-storage": ephemeralStorage }[name] ?? 0;
}

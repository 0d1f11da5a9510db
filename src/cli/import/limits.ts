import type { Resources } from "../../model/api/pod.ts";
import type { Directives } from "./directives.ts";
import { bytes, cpuQuantity, memoryQuantity } from "./quantities.ts";

/** Reads MemoryMax= and CPUQuota=. */
export function readResources(service: Directives): Resources | undefined {
  const limits = Object.fromEntries([
    ...limit(service, service.has("MemoryMax") ? "MemoryMax" : "MemoryLimit", "memory", memoryQuantity),
    ...limit(service, "CPUQuota", "cpu", cpuQuantity),
  ]);
  return Object.keys(limits).length === 0 ? undefined : { limits };
}

function limit(
  service: Directives,
  key: string,
  resource: string,
  quantity: (text: string) => string | undefined,
): readonly (readonly [string, string])[] {
  const text = service.last(key);
  if (text === undefined || text === "infinity") return [];
  const value = quantity(text);
  if (value !== undefined) return [[resource, value]];
  service.note(key, `no amount that a pod can have: set resources.limits.${resource}`);
  return [];
}

const ULIMITS = [
  ["LimitNOFILE", "nofile"],
  ["LimitNPROC", "nproc"],
  ["LimitMEMLOCK", "memlock"],
  ["LimitCORE", "core"],
  ["LimitSTACK", "stack"],
] as const;

/** Reads LimitNOFILE= and the others that the annotation unitlet.dev/ulimits knows; undefined without any. */
export function readUlimits(service: Directives): string | undefined {
  const words = ULIMITS.flatMap(([key, name]) => {
    const text = service.last(key);
    if (text === undefined) return [];
    const parts = text.split(":").map((part) => (part === "infinity" ? part : bytes(part)));
    if (parts.every((part) => part !== undefined)) return [`${name}=${parts.join(":")}`];
    service.note(key, "no number that the annotation unitlet.dev/ulimits takes");
    return [];
  });
  return words.length === 0 ? undefined : words.join(" ");
}

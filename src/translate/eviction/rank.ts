import type { Pod } from "../../model/api/pod.ts";
import type { PressureSignal } from "../../model/host/pressure.ts";
import type { PodUsage } from "../../model/host/usage.ts";
import { podRequests } from "../resources/requests.ts";

export interface Used {
  readonly pod: Pod;
  readonly usage: PodUsage;
}

/**
 * Returns the pods in the order of their eviction (`eviction/helpers.go: rankMemoryPressure`, `rankDiskPressureFunc`,
 * v1.36).
 */
export function ranked(pods: readonly Used[], of: PressureSignal): readonly Used[] {
  return pods.toSorted((a, b) => BY[of](a, b) || age(b.pod).localeCompare(age(a.pod)));
}

type Order = (a: Used, b: Used) => number;

/** Pods above their request come first, then those with a lower priority, then those that exceed the request most. */
const BY: Readonly<Record<PressureSignal, Order>> = {
  memory: (a, b) => exceeding(memory)(a, b) || byPriority(a, b) || memory(b) - memory(a),
  "ephemeral-storage": (a, b) => exceeding(disk)(a, b) || byPriority(a, b) || disk(b) - disk(a),
  inodes: (a, b) => byPriority(a, b) || b.usage.inodes - a.usage.inodes,
  pids: (a, b) => byPriority(a, b) || b.usage.processes - a.usage.processes,
};

function memory({ pod, usage }: Used): number {
  return usage.memory - podRequests(pod).memory;
}

function disk({ pod, usage }: Used): number {
  return usage.disk - podRequests(pod).ephemeralStorage;
}

function exceeding(over: (used: Used) => number): Order {
  return (a, b) => Number(over(b) > 0) - Number(over(a) > 0);
}

function byPriority(a: Used, b: Used): number {
  return (a.pod.spec.priority ?? 0) - (b.pod.spec.priority ?? 0);
}

/** Returns the sort key by which the youngest of equal pods is evicted first. */
function age({ metadata }: Pod): string {
  return `${metadata.creationTimestamp ?? ""} ${metadata.uid}`;
}

import { declaredContainers } from "../../model/api/containers.ts";
import { isTerminating } from "../../model/api/phase.ts";
import type { Pod } from "../../model/api/pod.ts";
import { parseQuantity, printBytes } from "../../model/api/quantity.ts";
import type { Config } from "../../model/host/config.ts";
import { type ActivePressure, activePressures, type PressureSignal } from "../../model/host/pressure.ts";
import type { PodUsage } from "../../model/host/usage.ts";
import type { Rejected } from "../../model/translation.ts";
import type { World } from "../../model/world.ts";
import { isCritical, qosClass } from "../resources/resources.ts";
import { limitExceeded } from "./limits.ts";
import { ranked } from "./rank.ts";

export const EVICTED = "Evicted";

/**
 * Returns the pods to evict, by UID (`eviction/eviction_manager.go: synchronize`, v1.36). These are all pods that
 * exceed a limit of the disk, or else one pod while the host is under pressure. The next run checks whether one was
 * enough. Critical pods are never evicted.
 */
export function evictions(world: World): ReadonlyMap<string, Rejected> {
  const running = world.pods.items.filter((pod) => isEvictable(pod));
  const over = running.flatMap((pod) => {
    const message = limitExceeded(pod, world.usage?.get(pod.metadata.uid));
    return message === undefined ? [] : [evicted(pod, message)];
  });
  const one = over.length > 0 || isPodLeaving(world) ? undefined : byPressure(running, world);
  return new Map([...over, ...(one ? [one] : [])].map((each) => [each.pod.metadata.uid, each]));
}

function byPressure(pods: readonly Pod[], { usage, config, host, now }: World): Rejected | undefined {
  const shortage = activePressures(config, host, now)[0];
  if (shortage === undefined) return undefined;
  const used = pods.flatMap((pod) => {
    const its = usage?.get(pod.metadata.uid);
    return its === undefined ? [] : [{ pod, usage: its }];
  });
  const first = ranked(used, shortage.of)[0];
  if (first === undefined) return undefined;
  const grace = shortage.isSoft ? softGrace(first.pod, config) : undefined;
  return evicted(first.pod, lowOn(shortage, first.pod, first.usage), grace);
}

function isEvictable(pod: Pod): boolean {
  const { phase, startTime } = pod.status ?? {};
  const lives = (phase === "Pending" || phase === "Running") && !isTerminating(pod);
  return startTime !== undefined && lives && !isCritical(pod);
}

/** True while a container of an evicted or deleted pod still runs, because its resources are not free yet. */
function isPodLeaving({ pods, units }: World): boolean {
  const leaving = new Set(
    pods.items
      .filter((each) => each.status?.reason === EVICTED || isTerminating(each))
      .map(({ metadata }) => metadata.uid),
  );
  return [...units.values()].some(({ identity, invocation }) => invocation && identity && leaving.has(identity.podUID));
}

/**
 * Returns the seconds that a pod gets when a soft threshold evicts it. It has at least one second, as every pod has
 * (`pod_workers.go: calculateEffectiveGracePeriod`, v1.36).
 */
function softGrace({ spec }: Pod, { evictionMaxPodGracePeriod: most }: Config): number {
  return Math.max(1, Math.min(most, spec.terminationGracePeriodSeconds ?? most));
}

/** `grace` is in seconds; undefined: the pod is killed at once. */
function evicted(pod: Pod, message: string, grace?: number): Rejected {
  const ended = { disruption: message, immediate: grace === undefined, ...(grace !== undefined && { grace }) };
  return { kind: "rejected", pod, reason: EVICTED, message, qosClass: qosClass(pod), ended };
}

/** Returns the message of `eviction/helpers.go: evictionMessage`, v1.36, with its trailing space. */
function lowOn({ of, threshold, available }: ActivePressure, pod: Pod, usage: PodUsage): string {
  const print = of === "inodes" || of === "pids" ? String : printBytes;
  const met = `Threshold quantity: ${print(Math.floor(threshold))}, available: ${print(available)}. `;
  return `The node was low on resource: ${of}. ${met}${largestConsumers(of, pod, usage)}`;
}

function largestConsumers(of: PressureSignal, pod: Pod, usage: PodUsage): string {
  if (of !== "memory") return "";
  const all = declaredContainers(pod.spec);
  return all
    .flatMap(({ name, resources }) => {
      const asked = resources?.requests?.memory ?? "0";
      const used = usage.containers.get(name);
      if (used === undefined || used <= (parseQuantity(asked) ?? 0)) return [];
      return [
        `Container ${name} was using ${printBytes(used)}, request is ${asked}, has larger consumption of memory. `,
      ];
    })
    .join("");
}

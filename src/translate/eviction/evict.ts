import { declaredContainers } from "../../model/api/containers.ts";
import { isTerminating } from "../../model/api/phase.ts";
import type { Pod } from "../../model/api/pod.ts";
import { parseQuantity, printBytes } from "../../model/api/quantity.ts";
import type { Config } from "../../model/host/config.ts";
import { type ActivePressure, activePressures, type PressureSignal } from "../../model/host/pressure.ts";
import type { PodUsage } from "../../model/host/usage.ts";
import { isUnused } from "../../model/image/unused.ts";
import type { Rejected } from "../../model/translation.ts";
import type { World } from "../../model/world.ts";
import { isCritical, qosClass } from "../resources/resources.ts";
import { type Exceeded, limitExceeded } from "./limits.ts";
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
    const exceeded = limitExceeded(pod, world.usage?.get(pod.metadata.uid));
    return exceeded === undefined ? [] : [evicted(pod, exceeded)];
  });
  const one = over.length > 0 || isPodLeaving(world) ? undefined : byPressure(running, world);
  return new Map([...over, ...(one ? [one] : [])].map((each) => [each.pod.metadata.uid, each]));
}

/** The run removes unused images before it evicts pods, for so long at most: a removal may fail. */
const RECLAIM_MS = 60_000;

/** True when the run removes images that are on the disk which is short. */
function frees({ of, signal }: ActivePressure, { host, images, now, pods }: World): boolean {
  const isDisk = of === "ephemeral-storage" || of === "inodes";
  if (!isDisk || (host.imageDisk !== undefined && !signal.startsWith("imagefs."))) return false;
  if (images?.store === undefined || images.pulling.size > 0 || !pods.complete) return false;
  const wanted = new Set([...images.stored.values()].map(({ digest }) => digest));
  return images.store.trees.some((tree) => isUnused(tree, wanted, now));
}

function byPressure(pods: readonly Pod[], world: World): Rejected | undefined {
  const { usage, config, host, now } = world;
  const shortage = activePressures(config, host, now)[0];
  if (shortage === undefined || (now - shortage.since < RECLAIM_MS && frees(shortage, world))) return undefined;
  const used = pods.flatMap((pod) => {
    const its = usage?.get(pod.metadata.uid);
    return its === undefined || (shortage.isSoft && hasTime(pod, world)) ? [] : [{ pod, usage: its }];
  });
  // Pods have no files on a disk of images alone (`eviction/helpers.go: buildSignalToRankFunc`, v1.36).
  const hasFiles = host.imageDisk === undefined || !shortage.signal.startsWith("imagefs.");
  const compared = hasFiles ? used : used.map((each) => ({ ...each, usage: { ...each.usage, disk: 0, inodes: 0 } }));
  const first = ranked(compared, shortage.of)[0];
  if (first === undefined) return undefined;
  const grace = shortage.isSoft && !isTerminating(first.pod) ? softGrace(first.pod, config) : undefined;
  const message = lowOn(shortage, first.pod, first.usage);
  return evicted(first.pod, { message, signal: shortage.signal }, grace);
}

function isEvictable(pod: Pod): boolean {
  const { phase, startTime } = pod.status ?? {};
  return startTime !== undefined && (phase === "Pending" || phase === "Running") && !isCritical(pod);
}

/** How long a pod that is ending keeps other pods from eviction: its end, and the removal of its files, may fail. */
const CLEANUP_MS = 60_000;

/**
 * True while an evicted or deleted pod has containers or files, but not for ever: its resources are not free yet
 * (`eviction/eviction_manager.go: waitForPodsCleanup`, v1.36). The owner of a pod chooses the grace period of a delete, so
 * that is not waited for.
 */
function isPodLeaving({ pods, units, directories, now }: World): boolean {
  const isLate = ({ metadata: { uid }, status }: Pod) => {
    const { stoppingSince, stoppingGrace = 0 } = directories.get(uid) ?? {};
    const grace = status?.reason === EVICTED ? stoppingGrace : 0;
    return stoppingSince !== undefined && now - stoppingSince >= 1000 * grace + CLEANUP_MS;
  };
  const leaving = new Set(
    pods.items
      .filter((each) => (each.status?.reason === EVICTED || isTerminating(each)) && !isLate(each))
      .map(({ metadata }) => metadata.uid),
  );
  if ([...leaving].some((uid) => directories.get(uid)?.stoppingSince !== undefined)) return true;
  return [...units.values()].some(({ identity, invocation }) => invocation && identity && leaving.has(identity.podUID));
}

/**
 * Returns the seconds that a pod gets when a soft threshold evicts it. It has at least one second, as every pod has
 * (`pod_workers.go: calculateEffectiveGracePeriod`, v1.36).
 */
function softGrace({ spec }: Pod, { evictionMaxPodGracePeriod: most }: Config): number {
  return Math.max(1, Math.min(most, spec.terminationGracePeriodSeconds ?? most));
}

/** True for a deleted pod that a soft threshold has to leave alone: it was asked to stop less than its grace period ago. */
function hasTime(pod: Pod, { directories, config, now }: World): boolean {
  const { stoppingSince = now } = directories.get(pod.metadata.uid) ?? {};
  return isTerminating(pod) && now - stoppingSince < 1000 * softGrace(pod, config);
}

/** `grace` is in seconds; undefined: the pod is killed at once. */
function evicted(pod: Pod, { message, signal }: Exceeded, grace?: number): Rejected {
  const ended = { disruption: message, signal, immediate: grace === undefined, ...(grace !== undefined && { grace }) };
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

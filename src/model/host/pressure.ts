import type { Instant } from "../api/time.ts";
import type { Config, EvictionSignal, EvictionThreshold } from "./config.ts";
import type { Host } from "./host.ts";
import type { PressureCondition, PressureHistory } from "./pressure-history.ts";

/**
 * What a host can run out of, by the names in the message of an eviction (`eviction/helpers.go: signalToResource`,
 * v1.36).
 */
export type PressureSignal = "memory" | "ephemeral-storage" | "inodes" | "pids";

/** A threshold whose grace period is over. Quantities are bytes, or a count. */
export interface ActivePressure {
  readonly of: PressureSignal;
  readonly signal: EvictionSignal;
  readonly threshold: number;
  readonly available: number;
  /** The threshold has a grace period, and so have the pods that it evicts. */
  readonly isSoft: boolean;
  /** When it became active: the end of the grace period. */
  readonly since: Instant;
}

/** The part of a host that is compared with thresholds. */
export type HostLevels = Pick<
  Host,
  | "memoryTotal"
  | "memoryAvailable"
  | "diskTotal"
  | "diskAvailable"
  | "inodesTotal"
  | "inodesFree"
  | "imageDisk"
  | "pidsMax"
  | "pidsUsed"
  | "pressureHistory"
>;

export interface Pressures {
  /** Memory first. */
  readonly active: readonly ActivePressure[];
  /** Those of all thresholds that are met, and of those that were met within evictionPressureTransitionPeriod. */
  readonly conditions: readonly PressureCondition[];
  /** What the next measurement needs to know; undefined: nothing. */
  readonly history: PressureHistory | undefined;
}

/** After so long without a measurement it is not known whether a threshold was met all the time. */
const LONGEST_GAP_MS = 60_000;

/**
 * Compares the host with the thresholds (`eviction/eviction_manager.go: synchronize`, v1.36). A threshold that has been
 * active stays so until its minimum reclaim is available as well.
 */
export function measurePressures(config: Config, host: HostLevels, now: Instant): Pressures {
  const past = recent(host.pressureHistory, now);
  const met = thresholdsOf(config, host).filter(({ key, available, threshold, reclaim }) =>
    past.active.includes(key) ? available < threshold + reclaim : available < threshold,
  );
  const since = Object.fromEntries(met.map(({ key }) => [key, past.since[key] ?? now]));
  const active = met.filter(({ key, gracePeriod }) => now - (since[key] ?? now) >= gracePeriod);
  const seen = Object.fromEntries(met.map(({ of }) => [CONDITIONS[of], now]));
  const conditions = Object.fromEntries(
    Object.entries({ ...past.conditions, ...seen }).filter(
      ([, at]) => at === now || now - at < config.evictionPressureTransitionPeriod,
    ),
  );
  return {
    active: active.map(({ key, of, signal, threshold, available, gracePeriod }) => ({
      ...{ of, signal, threshold, available, isSoft: gracePeriod > 0, since: (since[key] ?? now) + gracePeriod },
    })),
    conditions: Object.keys(conditions) as PressureCondition[],
    history:
      Object.keys(conditions).length === 0
        ? undefined
        : { at: now, since, active: active.map(({ key }) => key), conditions },
  };
}

/** Returns the thresholds that evict pods now, memory first. */
export function activePressures(config: Config, host: HostLevels, now: Instant): readonly ActivePressure[] {
  return measurePressures(config, host, now).active;
}

/** A clock that was set back makes the past unusable as well. */
function recent(history: PressureHistory | undefined, now: Instant): Omit<PressureHistory, "at"> {
  const { at = 0, since = {}, active = [], conditions = {} } = history ?? {};
  if (at > now) return { since: {}, active: [], conditions: {} };
  return now - at > LONGEST_GAP_MS ? { since: {}, active: [], conditions } : { since, active, conditions };
}

/**
 * Returns which file systems evict pods now: that of the files of pods, and that of the images. Usually they are one, to
 * which the thresholds of both apply (`eviction/helpers.go: buildSignalToNodeReclaimFuncs`, v1.36).
 */
export function shortDisks(
  config: Config,
  host: HostLevels,
  now: Instant,
): Readonly<Record<"pods" | "images", boolean>> {
  const active = activePressures(config, host, now);
  const isShort = (disk: string) => active.some(({ signal }) => signal.startsWith(disk));
  const [pods, images] = [isShort("nodefs."), isShort("imagefs.")];
  return host.imageDisk === undefined ? { pods: pods || images, images: pods || images } : { pods, images };
}

/** The least that must be available of each signal, so that no threshold is met. A signal without a threshold is left out. */
export function leastAvailable(config: Config, host: HostLevels): Readonly<Partial<Record<EvictionSignal, number>>> {
  const least: Partial<Record<EvictionSignal, number>> = {};
  for (const { signal, threshold } of thresholdsOf(config, host))
    least[signal] = Math.max(least[signal] ?? 0, Math.ceil(threshold));
  return least;
}

const CONDITIONS: Readonly<Record<PressureSignal, PressureCondition>> = {
  memory: "MemoryPressure",
  "ephemeral-storage": "DiskPressure",
  inodes: "DiskPressure",
  pids: "PIDPressure",
};

interface Threshold {
  /** Tells thresholds apart: a changed setting is another threshold. */
  readonly key: string;
  readonly of: PressureSignal;
  readonly signal: EvictionSignal;
  readonly threshold: number;
  readonly available: number;
  /** Milliseconds. */
  readonly gracePeriod: number;
  readonly reclaim: number;
}

/** Returns the hard thresholds, then the soft ones. A total of 0 is a file system without that limit. */
function thresholdsOf(config: Config, host: HostLevels): readonly Threshold[] {
  const images = host.imageDisk ?? host;
  const measured = [
    { of: "memory", signal: "memory.available", total: host.memoryTotal, available: host.memoryAvailable },
    { of: "ephemeral-storage", signal: "nodefs.available", total: host.diskTotal, available: host.diskAvailable },
    { of: "inodes", signal: "nodefs.inodesFree", total: host.inodesTotal, available: host.inodesFree },
    { of: "ephemeral-storage", signal: "imagefs.available", total: images.diskTotal, available: images.diskAvailable },
    { of: "inodes", signal: "imagefs.inodesFree", total: images.inodesTotal, available: images.inodesFree },
    { of: "pids", signal: "pid.available", total: host.pidsMax, available: host.pidsMax - host.pidsUsed },
  ] as const;
  const { evictionHard, evictionSoft, evictionSoftGracePeriod, evictionMinimumReclaim } = config;
  return measured.flatMap(({ of, signal, total, available }) => {
    if (total === 0) return [];
    const reclaim = thresholdQuantity(evictionMinimumReclaim[signal], total);
    const common = { of, signal, available, reclaim };
    const entry = (value: EvictionThreshold | undefined, gracePeriod: number) => {
      const threshold = thresholdQuantity(value, total);
      return threshold === 0
        ? []
        : [{ ...common, threshold, gracePeriod, key: `${signal}<${threshold}/${gracePeriod}` }];
    };
    return [...entry(evictionHard[signal], 0), ...entry(evictionSoft[signal], evictionSoftGracePeriod[signal] ?? 0)];
  });
}

/** Returns bytes or a count; 0 without a threshold (`eviction/api/types.go: GetThresholdQuantity`, v1.36). */
export function thresholdQuantity(threshold: EvictionThreshold | undefined, total: number): number {
  if (threshold === undefined) return 0;
  return "quantity" in threshold ? threshold.quantity : threshold.fraction * total;
}

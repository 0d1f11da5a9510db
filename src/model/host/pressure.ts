import type { Instant } from "../api/time.ts";
import type { Config, EvictionSignal, EvictionThreshold } from "./config.ts";
import type { Host } from "./host.ts";
import type { PressureCondition, PressureHistory } from "./pressure-history.ts";

/**
 * What a host can run out of, by the names in the message of an eviction (`eviction/helpers.go: signalToResource`,
 * v1.36).
 */
export type PressureSignal = "memory" | "ephemeral-storage" | "inodes" | "pids";

/**
 * What is compared with a threshold. The memory that all pods together may use has no setting of its own: it has the hard
 * threshold of memory.available (`eviction/helpers.go: addAllocatableThresholds`, v1.36).
 */
export type MeasuredSignal = EvictionSignal | "allocatableMemory.available";

/** A threshold whose grace period is over. Quantities are bytes, or a count. */
export interface ActivePressure {
  readonly of: PressureSignal;
  readonly signal: MeasuredSignal;
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
  | "podsMemory"
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
export function leastAvailable(config: Config, host: HostLevels): Readonly<Partial<Record<MeasuredSignal, number>>> {
  const least: Partial<Record<MeasuredSignal, number>> = {};
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
  readonly signal: MeasuredSignal;
  readonly threshold: number;
  readonly available: number;
  /** Milliseconds. */
  readonly gracePeriod: number;
  readonly reclaim: number;
}

/** Returns the thresholds of memory first, and hard ones of memory ahead of soft ones, which leave a pod time. */
function thresholdsOf(config: Config, host: HostLevels): readonly Threshold[] {
  const order = ({ of, gracePeriod }: Threshold) => (of === "memory" ? Number(gracePeriod > 0) : 2);
  return measuredOf(host)
    .flatMap((measured) => thresholdsFor(measured, config))
    .toSorted((a, b) => order(a) - order(b));
}

interface Measured extends Pick<Threshold, "of" | "signal" | "available"> {
  readonly total: number;
}

function measuredOf(host: HostLevels): readonly Measured[] {
  const images = host.imageDisk ?? host;
  const { limit: podsLimit = 0, workingSet = 0 } = host.podsMemory ?? {};
  const podsAvailable = Math.max(0, podsLimit - workingSet);
  return [
    { of: "memory", signal: "memory.available", total: host.memoryTotal, available: host.memoryAvailable },
    { of: "memory", signal: "allocatableMemory.available", total: podsLimit, available: podsAvailable },
    { of: "ephemeral-storage", signal: "nodefs.available", total: host.diskTotal, available: host.diskAvailable },
    { of: "inodes", signal: "nodefs.inodesFree", total: host.inodesTotal, available: host.inodesFree },
    { of: "ephemeral-storage", signal: "imagefs.available", total: images.diskTotal, available: images.diskAvailable },
    { of: "inodes", signal: "imagefs.inodesFree", total: images.inodesTotal, available: images.inodesFree },
    { of: "pids", signal: "pid.available", total: host.pidsMax, available: host.pidsMax - host.pidsUsed },
  ];
}

/** Returns the hard threshold and the soft one, as far as they are set. A total of 0 is a resource without that limit. */
function thresholdsFor({ of, signal, total, available }: Measured, config: Config): readonly Threshold[] {
  const { evictionHard, evictionSoft, evictionSoftGracePeriod, evictionMinimumReclaim } = config;
  const ofPods = signal === "allocatableMemory.available";
  const setting = ofPods ? "memory.available" : signal;
  const reclaim = thresholdQuantity(evictionMinimumReclaim[setting], total);
  const entry = (value: EvictionThreshold | undefined, gracePeriod: number) => {
    const threshold = thresholdQuantity(value, total);
    const key = `${signal}<${threshold}/${gracePeriod}`;
    return threshold === 0 ? [] : [{ of, signal, available, reclaim, threshold, gracePeriod, key }];
  };
  const soft = ofPods ? [] : entry(evictionSoft[setting], evictionSoftGracePeriod[setting] ?? 0);
  return total === 0 ? [] : [...entry(evictionHard[setting], 0), ...soft];
}

/** Returns bytes or a count; 0 without a threshold (`eviction/api/types.go: GetThresholdQuantity`, v1.36). */
export function thresholdQuantity(threshold: EvictionThreshold | undefined, total: number): number {
  if (threshold === undefined) return 0;
  return "quantity" in threshold ? threshold.quantity : threshold.fraction * total;
}

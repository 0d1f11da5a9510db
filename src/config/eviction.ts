import { parseQuantity } from "../model/api/quantity.ts";
import {
  EVICTION_SIGNALS,
  type EvictionSignal,
  type EvictionThreshold,
  type EvictionThresholds,
  type GracePeriods,
} from "../model/host/config.ts";
import { parseDuration } from "./duration.ts";
import { SettingError } from "./setting-error.ts";

export const DEFAULT_EVICTION_HARD =
  "memory.available<100Mi,nodefs.available<10%,nodefs.inodesFree<5%,imagefs.available<15%,imagefs.inodesFree<5%,pid.available<5%";

/**
 * Returns the thresholds of a text in the form of the kubelet's flags --eviction-hard and --eviction-soft. The text
 * replaces all defaults: a signal that it does not name has no threshold. `0%` and `100%` are no threshold either
 * (`eviction/helpers.go: parseThresholdStatement`, v1.36). Throws SettingError.
 */
export function parseThresholds(text: string): EvictionThresholds {
  return bySignal(text, "<", "SIGNAL<THRESHOLD, such as memory.available<100Mi", (value, signal) => {
    const percentage = percentageOf(value);
    if (percentage === undefined) {
      const quantity = parseQuantity(value);
      if (quantity !== undefined && quantity > 0) return { quantity };
    } else if (percentage <= 100) {
      return percentage === 0 || percentage === 100 ? undefined : { fraction: percentage / 100 };
    }
    throw new SettingError(`${signal}: expected a quantity above 0 such as 100Mi, or a percentage up to 100%`);
  });
}

/**
 * Returns the milliseconds of a text in the form of the kubelet's flag --eviction-soft-grace-period
 * (`eviction/helpers.go: parseGracePeriods`, v1.36). Throws SettingError.
 */
export function parseGracePeriods(text: string): GracePeriods {
  return bySignal(text, "=", "SIGNAL=DURATION, such as memory.available=1m30s", (value, signal) => {
    const duration = parseDuration(value);
    if (duration === undefined) throw new SettingError(`${signal}: expected a duration such as 90s or 1m30s`);
    return duration;
  });
}

/**
 * Returns the amounts of a text in the form of the kubelet's flag --eviction-minimum-reclaim
 * (`eviction/helpers.go: parseMinimumReclaims`, v1.36). Throws SettingError.
 */
export function parseMinimumReclaim(text: string): EvictionThresholds {
  return bySignal(text, "=", "SIGNAL=AMOUNT, such as nodefs.available=500Mi", (value, signal) => {
    const percentage = percentageOf(value);
    const quantity = parseQuantity(value);
    if (percentage !== undefined && percentage > 0) return { fraction: percentage / 100 };
    if (percentage === undefined && quantity !== undefined && quantity >= 0) return { quantity };
    throw new SettingError(`${signal}: expected a quantity such as 500Mi, or a percentage above 0%`);
  });
}

type Parse<T> = (value: string, signal: EvictionSignal) => T | undefined;

function bySignal<T extends EvictionThreshold | number>(
  text: string,
  separator: string,
  form: string,
  parse: Parse<T>,
): Partial<Record<EvictionSignal, T>> {
  const values: Partial<Record<EvictionSignal, T>> = {};
  const named = new Set<string>();
  for (const statement of text.split(",").map((each) => each.trim())) {
    if (statement === "") continue;
    const [signal = "", value, ...rest] = statement.split(separator).map((part) => part.trim());
    if (value === undefined || rest.length > 0) throw new SettingError(`"${statement}": expected ${form}`);
    if (!isSignal(signal)) throw new SettingError(unknownSignal(signal));
    if (named.has(signal)) throw new SettingError(`${signal} is there twice`);
    named.add(signal);
    const parsed = parse(value, signal);
    if (parsed !== undefined) values[signal] = parsed;
  }
  return values;
}

function isSignal(text: string): text is EvictionSignal {
  return (EVICTION_SIGNALS as readonly string[]).includes(text);
}

/** The kubelet ignores thresholds of containerfs (`eviction/helpers.go: UpdateContainerFsThresholds`, v1.36). */
function unknownSignal(signal: string): string {
  const known = EVICTION_SIGNALS.join(", ");
  if (/^containerfs\.(available|inodesFree)$/.test(signal))
    return `${signal}: containers are on the file system of nodefs, and its thresholds apply; expected one of ${known}`;
  return `unknown signal "${signal}"; expected one of ${known}`;
}

function percentageOf(text: string): number | undefined {
  const digits = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

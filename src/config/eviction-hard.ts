import { parseQuantity } from "../model/api/quantity.ts";
import {
  EVICTION_SIGNALS,
  type EvictionSignal,
  type EvictionThreshold,
  type EvictionThresholds,
} from "../model/host/config.ts";
import { SettingError } from "./setting-error.ts";

export const DEFAULT_EVICTION_HARD =
  "memory.available<100Mi,nodefs.available<10%,nodefs.inodesFree<5%,pid.available<5%";

/**
 * Returns the thresholds of a text in the form of the kubelet's flag --eviction-hard. The text replaces all defaults: a
 * signal that it does not name has no threshold. `0%` and `100%` are no threshold either
 * (`eviction/helpers.go: parseThresholdStatement`, v1.36). Throws SettingError.
 */
export function parseEvictionHard(text: string): EvictionThresholds {
  const thresholds: Partial<Record<EvictionSignal, EvictionThreshold>> = {};
  const named = new Set<string>();
  for (const statement of text.split(",").map((each) => each.trim())) {
    if (statement === "") continue;
    const [signal = "", value, ...rest] = statement.split("<").map((part) => part.trim());
    if (value === undefined || rest.length > 0)
      throw new SettingError(`"${statement}": expected SIGNAL<THRESHOLD, such as memory.available<100Mi`);
    if (!isSignal(signal))
      throw new SettingError(`unknown signal "${signal}"; expected one of ${EVICTION_SIGNALS.join(", ")}`);
    if (named.has(signal)) throw new SettingError(`${signal} is there twice`);
    named.add(signal);
    const threshold = parseThreshold(signal, value);
    if (threshold !== undefined) thresholds[signal] = threshold;
  }
  return thresholds;
}

function isSignal(text: string): text is EvictionSignal {
  return (EVICTION_SIGNALS as readonly string[]).includes(text);
}

function parseThreshold(signal: EvictionSignal, text: string): EvictionThreshold | undefined {
  const percentage = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (percentage === undefined) {
    const quantity = parseQuantity(text);
    if (quantity !== undefined && quantity > 0) return { quantity };
  } else if (Number(percentage) <= 100) {
    return Number(percentage) === 0 || Number(percentage) === 100 ? undefined : { fraction: Number(percentage) / 100 };
  }
  throw new SettingError(`${signal}: expected a quantity above 0 such as 100Mi, or a percentage up to 100%`);
}

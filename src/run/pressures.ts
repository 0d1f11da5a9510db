import { readLevels } from "../io/host/host.ts";
import { writePressureHistory } from "../io/host/pressure-history.ts";
import { measurePressures } from "../model/host/pressure.ts";
import type { RunInput } from "./input.ts";

/**
 * Measures the host, and stores when its thresholds were met. Returns true when pods are to be evicted. On a standalone
 * node no pod is evicted, as the kubelet evicts no static pod (`kubelet/types/pod_update.go: IsCriticalPod`, v1.36).
 */
export function recordPressures({ config, now, shuttingDown }: RunInput): boolean {
  if (config.cluster === undefined || shuttingDown) return false;
  const levels = readLevels();
  const { active, history } = measurePressures(config, levels, now);
  if (history !== undefined || levels.pressureHistory !== undefined) writePressureHistory(history);
  return active.length > 0;
}

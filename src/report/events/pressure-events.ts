import type { NodeEvent } from "../../model/api/event.ts";
import type { Instant } from "../../model/api/time.ts";
import type { Config } from "../../model/host/config.ts";
import { activePressures, type HostLevels } from "../../model/host/pressure.ts";

/** The kubelet tries to reclaim so often (`kubelet/kubelet.go: evictionMonitoringPeriod`, v1.36). */
const RECLAIM_PERIOD_MS = 10_000;

/**
 * Returns the Event of the Node while a threshold is met: one occurrence each 10 s, however many runs there are
 * (`eviction/eviction_manager.go: synchronize`, v1.36).
 */
export function pressureEvents(config: Config, host: HostLevels, now: Instant): NodeEvent[] {
  const [first] = activePressures(config, host, now);
  if (first === undefined) return [];
  const occurrence = `${first.signal} ${first.since} ${Math.floor((now - first.since) / RECLAIM_PERIOD_MS)}`;
  return [
    { type: "Warning", reason: "EvictionThresholdMet", message: `Attempting to reclaim ${first.of}`, occurrence },
  ];
}

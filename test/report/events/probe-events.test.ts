import { describe, expect, test } from "vitest";
import type { ProbeResult } from "../../../src/model/api/probe.ts";
import { probeEvents } from "../../../src/report/events/probe-events.ts";
import { past, pod, runnable, world } from "../base.ts";

const RESULT: ProbeResult = {
  ...{ invocation: "j", at: 6, success: true, failures: 0, message: "", warning: false, ended: false },
};

/** Reason and occurrence of what is said of a liveness probe. */
function events(change: Partial<ProbeResult>, restartPolicy: "Always" | "Never" = "Always"): string[] {
  const seen = world([], { app: past([], { probes: { liveness: { ...RESULT, ...change } } }) });
  const all = probeEvents(runnable(pod({ restartPolicy })), seen);
  return all.map(({ reason, message, occurrence }) => `${reason} (${occurrence}): ${message}`);
}

describe("probeEvents()", () => {
  test("says nothing of a probe that succeeds", () => {
    expect(events({})).toEqual([]);
  });

  test("says what failed, and that the container is ended for it", () => {
    expect(events({ success: false, failures: 3, message: "no", ended: true })).toEqual([
      "Unhealthy (j 6): Liveness probe failed: no",
      "Killing (j 6): Container app failed liveness probe, will be restarted",
    ]);
  });

  test("of a container that is not to run again it does not say that it will", () => {
    expect(events({ success: false, ended: true }, "Never")).toEqual([
      "Killing (j 6): Container app failed liveness probe",
    ]);
  });

  test("says that the start before was ended, as the run would have that the prober was faster than", () => {
    expect(events({ end: { invocation: "i", at: 5 } })).toEqual([
      "Killing (i 5): Container app failed liveness probe, will be restarted",
    ]);
  });

  test("says of an odd success what is odd about it", () => {
    expect(events({ message: "odd", warning: true })).toEqual(["ProbeWarning (j 6): Liveness probe warning: odd"]);
  });
});

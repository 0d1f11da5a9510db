import { describe, expect, test } from "vitest";
import type { PodStatus } from "../../src/model/api/pod.ts";
import { statusPatch } from "../../src/report/patch.ts";
import { agoText, NOW_TEXT, pod, runningStatus, status, UID } from "./base.ts";

function patch(previous: PodStatus | undefined, next: PodStatus): unknown {
  return statusPatch({ ...pod(), ...(previous !== undefined && { status: previous }) }, next);
}

const changed = (type: string, change: object): PodStatus =>
  runningStatus({
    conditions: runningStatus().conditions?.map((each) => (each.type === type ? { ...each, ...change } : each)) ?? [],
  });
const body = (status: object) => ({ metadata: { uid: UID }, status });

describe("statusPatch()", () => {
  test("is undefined when nothing differs, in whatever order the keys come", () => {
    const reversed = Object.fromEntries(Object.entries(runningStatus()).toReversed()) as PodStatus;
    expect(patch(reversed, runningStatus())).toBeUndefined();
  });

  test("holds only what differs", () => {
    expect(patch(runningStatus({ phase: "Pending" }), runningStatus())).toEqual(body({ phase: "Running" }));
  });

  test("takes away what is gone", () => {
    expect(patch(runningStatus({ reason: "R", message: "M" }), runningStatus())).toEqual(
      body({ reason: null, message: null }),
    );
  });

  test("sends a list of container statuses whole, since the API server replaces it whole", () => {
    const containerStatuses = [status({ waiting: { reason: "ContainerCreating" } })];
    expect(patch(runningStatus(), runningStatus({ containerStatuses }))).toEqual(body({ containerStatuses }));
  });

  test("replaces addresses instead of merging them", () => {
    const podIPs = [{ ip: "198.51.100.1" }];
    expect(patch(runningStatus(), runningStatus({ podIP: "198.51.100.1", podIPs }))).toEqual(
      body({ podIP: "198.51.100.1", podIPs: [...podIPs, { $patch: "replace" }] }),
    );
  });

  test("names the keys that vanish from a condition", () => {
    const unready = {
      status: "False",
      reason: "ContainersNotReady",
      message: "m",
      lastTransitionTime: agoText(90),
    } as const;
    expect(patch(changed("Ready", unready), changed("Ready", { lastTransitionTime: NOW_TEXT }))).toEqual(
      body({
        conditions: [
          {
            type: "Ready",
            status: "True",
            observedGeneration: 1,
            lastTransitionTime: NOW_TEXT,
            reason: null,
            message: null,
          },
        ],
      }),
    );
  });

  test("leaves other writers' conditions out", () => {
    const foreign = (value: "True" | "False") =>
      runningStatus({ conditions: [{ type: "example.org/x", status: value }, ...(runningStatus().conditions ?? [])] });
    expect(patch(foreign("False"), foreign("True"))).toBeUndefined();
  });

  test("leaves keys of the status alone that are not ours", () => {
    const theirs = { ...runningStatus(), resourceClaimStatuses: [{ name: "gpu" }] } as PodStatus;
    expect(patch(theirs, runningStatus())).toBeUndefined();
  });
});

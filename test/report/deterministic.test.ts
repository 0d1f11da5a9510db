import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PodStatus, RestartPolicy } from "../../src/model/api/pod.ts";
import { reportPod } from "../../src/report/pod-status.ts";
import { BACKING_OFF, DEAD, exit, NOW, NOW_TEXT, past, pod, RUNNING, runnable, unit, world } from "./base.ts";

describe("over any course of events", () => {
  const states: (typeof RUNNING)[] = [
    RUNNING,
    DEAD,
    BACKING_OFF,
    ["activating", "auto-restart"],
    ["deactivating", "stop-sigterm"],
    ["failed", "failed"],
  ];
  const moment = fc.record({
    state: fc.constantFrom(...states),
    newExits: fc.nat(2),
    forget: fc.boolean(),
    deleted: fc.boolean(),
  });
  const ends = fc.array(fc.constantFrom("0", "1", "7"), { minLength: 24, maxLength: 24 });

  /** What the API server would see, run after run; records may be compacted or lost, the report builds on itself. */
  function course(
    policy: RestartPolicy,
    moments: readonly MomentOf<typeof moment>[],
    codes: readonly string[],
  ): PodStatus[] {
    const reports: PodStatus[] = [];
    let count = 0;
    let isDeleted = false;
    for (const [i, at] of moments.entries()) {
      count += at.newExits;
      isDeleted ||= at.deleted;
      const exits = codes.slice(0, count).map((code, n) => exit(n, 500 - n, { status: code }));
      const known = past(at.forget ? exits.slice(-2) : exits, { backOffUntil: NOW + 5000 });
      const translation = runnable(pod({ restartPolicy: policy }, isDeleted ? { deletionTimestamp: NOW_TEXT } : {}));
      const now = NOW + i * 1000;
      const seen = world([unit("app", at.state, count)], { app: known });
      reports.push(reportPod({ translation, world: seen, previous: reports.at(-1), now }));
    }
    return reports;
  }

  test("restartCount never goes down and a terminal phase never changes", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("Always", "OnFailure", "Never"),
        fc.array(moment, { maxLength: 12 }),
        ends,
        (policy, moments, codes) => {
          const reports = course(policy, moments, codes);
          const counts = reports.map((each) => each.containerStatuses?.[0]?.restartCount ?? 0);
          const firstEnd = reports.findIndex((each) => each.phase === "Failed" || each.phase === "Succeeded");
          expect(counts).toEqual(counts.toSorted((a, b) => a - b));
          expect(new Set(firstEnd < 0 ? [] : reports.slice(firstEnd).map((each) => each.phase)).size).toBeLessThan(2);
        },
      ),
    );
  });

  test("a container that ended under Never stays terminated", () => {
    const once = fc.array(
      fc.record({
        state: fc.constantFrom(DEAD, BACKING_OFF),
        newExits: fc.constant(0),
        forget: fc.boolean(),
        deleted: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(once, ends, (moments, codes) => {
        const first = { state: DEAD, newExits: 1, forget: false, deleted: false };
        const reports = course("Never", [first, ...moments], codes);
        expect(reports.map((each) => each.containerStatuses?.[0]?.state)).toEqual(
          reports.map(() => reports[0]?.containerStatuses?.[0]?.state),
        );
      }),
    );
  });

  test("no status is one that the API server refuses", () => {
    const policies = fc.constantFrom("OnFailure", "Never");
    fc.assert(
      fc.property(policies, fc.array(moment, { maxLength: 12 }), ends, (policy, moments, codes) => {
        const states = course(policy, moments, codes).map((each) => each.containerStatuses?.[0]?.state);
        const woken = states.filter((state, i) => {
          const before = states[i - 1]?.terminated;
          const rests = before !== undefined && (policy === "Never" || before.exitCode === 0);
          return rests && state?.terminated === undefined;
        });
        expect(woken).toEqual([]);
      }),
    );
  });

  test("same input, same bytes", () => {
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 6 }), ends, (moments, codes) => {
        expect(JSON.stringify(course("Always", moments, codes))).toBe(
          JSON.stringify(course("Always", structuredClone(moments), codes)),
        );
      }),
    );
  });
});

type MomentOf<T> = T extends fc.Arbitrary<infer M> ? M : never;

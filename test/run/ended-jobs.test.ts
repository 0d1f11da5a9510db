import { expect, test } from "vitest";
import { canMount, onEmptyHost } from "../io/empty-host.ts";

type Subject = typeof import("../../src/run/workloads.ts");
type Store = typeof import("../../src/io/pods/workload-store.ts");

test.skipIf(!canMount)(
  "the end of a Job lets its CronJob decide at once, unless a full disk did not take it",
  async () => {
    const seen = await onEmptyHost(async (load) => {
      const { hasWorkloadNews } = await load<Subject>("src/run/workloads.ts");
      const { writeWorkloadStates } = await load<Store>("src/io/pods/workload-store.ts");
      const name = { kind: "Job", namespace: "default", name: "tick-1", uid: "u" } as const;
      const counts = { succeeded: 1, failed: 0 };
      const state = { ...name, templateHash: "", wanted: 1, pods: [], job: counts };
      const ended = { ...state, job: { ...counts, end: { type: "Complete", at: 0 } as const } };
      const cron = { before: [], states: [], timers: [], keptTimers: new Set<string>(), events: [] };
      const hasNews = (after: typeof state) =>
        hasWorkloadNews({ complete: true, items: [], workloads: { before: [state], states: [after], cron } }, 0, []);
      const unstored = hasNews(ended);
      writeWorkloadStates([ended]);
      return { unstored, stored: hasNews(ended), same: hasNews(state) };
    });
    expect(seen).toEqual({ unstored: false, stored: true, same: false });
  },
);

import { describe, expect, test } from "vitest";
import type { RunEnd } from "../../src/model/run-end.ts";
import { canMount, onEmptyHost } from "../io/empty-host.ts";

type FollowUp = typeof import("../../src/run/follow-up.ts");
type SyncTrigger = typeof import("../../src/io/systemd/sync-trigger.ts");
type Fs = typeof import("node:fs");

/** Whether another run follows these ends after so many ms, with and without a request. */
function followUps(): Promise<Record<"requested" | "not requested", readonly boolean[]>> {
  return onEmptyHost(async (load) => {
    const { hasFollowUp } = await load<FollowUp>("src/run/follow-up.ts");
    const { requestSync } = await load<SyncTrigger>("src/io/systemd/sync-trigger.ts");
    const { mkdirSync } = await load<Fs>("node:fs");
    const end = (outcome: RunEnd["outcome"], status = 0): RunEnd => ({ status, outcome, failedSteps: [] });
    const cases = [
      [end("done"), 100],
      [end("unchanged"), 100],
      [end("done"), 3000],
      [end("incomplete"), 100],
      [end("failed", 1), 100],
    ] as const;
    const ask = async () => {
      const answers: boolean[] = [];
      for (const [last, sinceStart] of cases) answers.push(await hasFollowUp(last, sinceStart));
      return answers;
    };
    const unrequested = await ask();
    mkdirSync("/run/unitlet");
    requestSync();
    return { "not requested": unrequested, requested: await ask() };
  });
}

describe.skipIf(!canMount)("the process of a run", () => {
  test("does another run while one is requested, for 3 s, unless a run could not do its work", async () => {
    expect(await followUps()).toEqual({
      "not requested": [false, false, false, false, false],
      requested: [true, true, false, false, false],
    });
  });
});

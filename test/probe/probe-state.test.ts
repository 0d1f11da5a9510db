import { describe, expect, test } from "vitest";
import type { Probe, ProbeResult, ProbeType } from "../../src/model/api/probe.ts";
import {
  crossesThreshold,
  initialState,
  isDue,
  nextState,
  type ProbeState,
  resumeState,
} from "../../src/probe/probe-state.ts";

const PROBE: Probe = {
  check: { type: "tcp", port: 80 },
  initialDelay: 0,
  period: 10,
  timeout: 1,
  successThreshold: 1,
  failureThreshold: 3,
};
const READINESS = { type: "readiness", probe: PROBE } as const;
const LIVENESS = { type: "liveness", probe: PROBE } as const;

const GOOD = { success: true, message: "" };
const BAD = { success: false, message: "no" };
const outcome = (letter: string) => (letter === "+" ? GOOD : BAD);

/** After each outcome, + or -: the state by the thresholds, then what was news, if anything. */
function course(type: ProbeType, outcomes: string, change: Partial<Probe> = {}): string[] {
  let now: ProbeState = initialState(type, "i", undefined);
  return [...outcomes].map((letter, at) => {
    const { state: next, result: news } = nextState(now, { type, probe: { ...PROBE, ...change } }, outcome(letter), at);
    now = next;
    return `${now.success}${now.held ? " held" : ""}${news ? `: ${news.success} ${news.failures}${news.ended ? " ended" : ""}` : ""}`;
  });
}

describe("advance()", () => {
  test("readiness turns with the first success and the third failure", () => {
    expect(course("readiness", "+---+")).toEqual([
      "true: true 0",
      "true: true 1",
      "true: true 2",
      "false: false 3",
      "true: true 0",
    ]);
  });

  test("a success between failures begins the count anew", () => {
    expect(course("liveness", "--+--")).toEqual([
      "true: true 1",
      "true: true 2",
      "true: true 0",
      "true: true 1",
      "true: true 2",
    ]);
  });

  test("a container that goes on failing is no news any more", () => {
    expect(course("readiness", "-----")).toEqual([
      "false: false 1",
      "false: false 2",
      "false: false 3",
      "false",
      "false",
    ]);
  });

  test("of many failures the first ones are news, and the last", () => {
    const messages = course("startup", "------", { failureThreshold: 6 }).map((each) => each.includes(":"));
    expect(messages).toEqual([true, true, true, false, false, true]);
  });

  test("that it fails for another reason is news, now and then", () => {
    let now: ProbeState = initialState("readiness", "i", undefined);
    const messages = [
      ["refused", 0],
      ["refused", 60_000],
      ["503", 61_000],
      ["500", 62_000],
      ["404", 80_000],
    ].flatMap(([message, at]) => {
      const failed = { success: false, message: String(message) };
      const once = { type: "readiness", probe: { ...PROBE, failureThreshold: 1 } } as const;
      const { state: next, result: news } = nextState(now, once, failed, Number(at));
      now = next;
      return news?.message ?? [];
    });
    expect(messages).toEqual(["refused", "503", "404"]);
  });

  test("successes count up to their threshold, too", () => {
    expect(course("readiness", "++-+", { successThreshold: 2, failureThreshold: 1 })).toEqual([
      "false: false 0",
      "true: true 0",
      "false: false 1",
      "false: false 0",
    ]);
  });

  test("liveness ends the container once", () => {
    expect(course("liveness", "---")).toEqual(["true: true 1", "true: true 2", "false held: false 3 ended"]);
  });

  test("startup is over with the first success", () => {
    expect(course("startup", "-+")).toEqual(["false: false 1", "true held: true 0"]);
  });

  test("startup that never comes ends the container", () => {
    expect(course("startup", "---").at(-1)).toBe("false held: false 3 ended");
  });

  test("reports what failed, and when", () => {
    const { result: news } = nextState(initialState("readiness", "i", undefined), READINESS, BAD, 1234);
    const expected: ProbeResult = {
      ...{ invocation: "i", success: false, failures: 1, at: 1234, message: "no" },
      ...{ warning: false, ended: false },
    };
    expect(news).toEqual(expected);
  });

  test("a success that says something is a warning", () => {
    const odd = { success: true, message: "odd" };
    const { result: news } = nextState(initialState("readiness", "i", undefined), READINESS, odd, 1);
    expect(news).toMatchObject({ success: true, warning: true, message: "odd" });
  });

  test("counts go on over restarts", () => {
    const { state: first } = nextState(initialState("liveness", "i", undefined), LIVENESS, GOOD, 1);
    const { state: second } = nextState(initialState("liveness", "j", first), LIVENESS, BAD, 2);
    expect(second).toMatchObject({ invocation: "j", run: 1, counts: { successful: 1, failed: 1 } });
  });
});

describe("isDue()", () => {
  const fresh = initialState("readiness", "i", undefined);
  const at = (time: number): ProbeState => ({ ...fresh, run: 1, at: time });

  test.each([
    ["a container that has just started", fresh, {}, 0, true],
    ["before its delay is over", fresh, { initialDelay: 5 }, 4999, false],
    ["when its delay is over", fresh, { initialDelay: 5 }, 5000, true],
    ["a period later", at(1000), {}, 11_000, true],
    ["a little early, as timers are", at(1000), {}, 10_600, true],
    ["too early", at(1000), {}, 10_000, false],
    ["after the clock was put back", at(100_000), {}, 50_000, true],
    ["of which all is known", { ...at(1000), held: true }, {}, 90_000, false],
  ] as const)("%s", (_, of, change, now, expected) => {
    expect(isDue(of, { ...PROBE, ...change }, 0, now)).toBe(expected);
  });
});

describe("isUrgent()", () => {
  const one = { ...initialState("readiness", "i", undefined), last: false, run: 1 };

  test.each([
    ["the second failure", { ...one, run: 2 }, false],
    ["a turn", { ...one, success: true }, true],
    ["the first success", { ...one, last: true }, true],
    ["the end of the container", { ...one, held: true }, true],
  ] as const)("%s", (_, after, expected) => {
    expect(crossesThreshold(one, after)).toBe(expected);
  });
});

describe("resume()", () => {
  const messages: ProbeResult = {
    invocation: "i",
    success: true,
    failures: 0,
    at: 5,
    message: "",
    warning: false,
    ended: false,
  };
  const forgotten = initialState("readiness", "i", undefined);

  test("the reported result stands", () => {
    expect(resumeState("readiness", forgotten, messages)).toEqual({ ...forgotten, success: true });
  });

  test("a reported start is not probed again", () => {
    const start = initialState("startup", "i", undefined);
    expect(resumeState("startup", start, messages)).toEqual({ ...start, success: true, held: true });
  });

  test("a verdict on an earlier start says nothing", () => {
    expect(resumeState("readiness", forgotten, { ...messages, invocation: "h" })).toEqual(forgotten);
  });

  test("nothing was reported yet", () => {
    expect(resumeState("readiness", forgotten, undefined)).toEqual(forgotten);
  });
});

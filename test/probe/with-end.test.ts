import { describe, expect, test } from "vitest";
import type { ProbeResult } from "../../src/model/api/probe.ts";
import { withContainerEnd } from "../../src/probe/probe-state.ts";

describe("withEnd()", () => {
  const result = (invocation: string, at: number, ended = false): ProbeResult => ({
    ...{ invocation, at, ended, success: !ended },
    ...{ failures: 0, message: "", warning: false },
  });
  const end = { invocation: "i", at: 5 };

  test("news of the next start have when the one before was ended, also the second ones", () => {
    const first = withContainerEnd(result("j", 6), result("i", 5, true));
    expect(first).toEqual({ ...result("j", 6), end });
    expect(withContainerEnd(result("j", 7), first)).toEqual({ ...result("j", 7), end });
  });

  test("until that is ended, too", () => {
    expect(withContainerEnd(result("j", 8, true), { ...result("j", 7), end })).toEqual(result("j", 8, true));
  });

  test("a start before which none was ended has nothing of the kind", () => {
    expect(withContainerEnd(result("j", 6), result("i", 5))).toEqual(result("j", 6));
    expect(withContainerEnd(result("j", 6), undefined)).toEqual(result("j", 6));
  });
});

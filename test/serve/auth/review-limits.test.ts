import { expect, test } from "vitest";
import { ReviewLimits } from "../../../src/serve/auth/review-limits.ts";

/** How many of so many attempts at once are let through. */
function burst(limits: ReviewLimits, attempts: number, address = "192.0.2.1"): number {
  return Array.from({ length: attempts }, () => limits.take(address)).filter(Boolean).length;
}

test("an address causes 20 reviews at once, and then two each second", () => {
  let now = 1000;
  const limits = new ReviewLimits(() => now);
  const first = burst(limits, 100);
  now += 3000;
  expect([first, burst(limits, 100)]).toEqual([20, 6]);
});

test("one address does not take the reviews of another", () => {
  const limits = new ReviewLimits(() => 0);
  burst(limits, 100);
  expect(burst(limits, 1, "192.0.2.2")).toBe(1);
});

test("a clock that was put back gives nothing and takes nothing", () => {
  let now = 1_000_000;
  const limits = new ReviewLimits(() => now);
  burst(limits, 10);
  now = 0;
  expect(burst(limits, 100)).toBe(10);
});

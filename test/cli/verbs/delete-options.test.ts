import { expect, test } from "vitest";
import { type DeleteOptions, deleteOptions } from "../../../src/cli/verbs/delete-options.ts";

const BASE: DeleteOptions = { files: [], words: ["pod", "web"], wait: true, ignoreNotFound: false, isDry: false };

test.each<[string[], Partial<DeleteOptions>]>([
  [[], {}],
  [["--wait=false"], { wait: false }],
  [["--wait=false", "--wait"], { wait: true }],
  [["--now"], { gracePeriod: 1 }],
  [["--now=true"], { gracePeriod: 1 }],
  [["--grace-period=0"], { gracePeriod: 1 }],
  [["--grace-period", "0", "--force"], { gracePeriod: 0 }],
  [["--grace-period=-1"], {}],
  [["--grace-period=90", "--timeout=2m"], { gracePeriod: 90, timeoutMs: 120_000 }],
  [["--timeout=0s"], {}],
  [["--dry-run=client"], { isDry: true }],
  [["--ignore-not-found=false"], {}],
])("%j", (args, expected) => {
  expect(deleteOptions(["pod", "web", ...args])).toEqual({ ...BASE, ...expected });
});

test.each([
  [[], "name the objects, or give -f"],
  [["pods"], "name objects of pods, or give -l or --all"],
  [["pod", "web", "--all"], "not both"],
  [["pod", "web", "-f", "x"], "not both"],
  [["pod", "web", "--now", "--grace-period=5"], "not both"],
  [["pod", "web", "--grace-period=x"], "expected a number of seconds"],
  [["pod", "web", "--timeout=x"], "expected a duration"],
])("%j is wrong usage", (args, words) => {
  expect(() => deleteOptions(args)).toThrow(words);
});

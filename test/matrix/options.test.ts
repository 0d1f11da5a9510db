import { expect, test } from "vitest";
import { allLanes, nightlyLanes } from "./lanes.ts";
import { MACHINE_FILES, parseOptions } from "./options.ts";

const names = (args: readonly string[]) => parseOptions(args).lanes.map(({ name }) => name);

test("a night runs every kind of machine with the newest API server, and two kinds with the older ones", () => {
  expect(names([])).toEqual([
    "nspawn/1.36",
    "v2-bookworm/1.36",
    "v2-bookworm-broker/1.36",
    "v2-trixie/1.36",
    "v2-trixie-broker/1.36",
    "v2-testing/1.36",
    "v2-testing-broker/1.36",
    "nspawn/1.35",
    "v2-trixie/1.35",
    "nspawn/1.34",
    "v2-trixie/1.34",
  ]);
  expect(parseOptions([]).files).toEqual(MACHINE_FILES);
});

test.for([
  [
    ["--only", "v2-trixie"],
    ["v2-trixie/1.36", "v2-trixie/1.35", "v2-trixie/1.34"],
  ],
  [["--only", "v2-testing"], ["v2-testing/1.36"]],
  [
    ["--only", "v2-testing/1.34,nspawn/1.36"],
    ["nspawn/1.36", "v2-testing/1.34"],
  ],
] as const)("the lanes of %j", ([args, expected]) => {
  expect(names(args)).toEqual(expected);
});

test("--only all runs every kind with every version", () => {
  expect(names(["--only", "all"])).toEqual(allLanes().map(({ name }) => name));
  expect(allLanes().length).toBeGreaterThan(nightlyLanes().length);
});

test("--files selects files by a part of their path", () => {
  expect(parseOptions(["--files", "systemd/golden,pods/limits.test.ts"]).files).toEqual([
    "test/e2e/pods/limits.test.ts",
    "test/systemd/golden.test.ts",
  ]);
});

test.for([
  [["--only", "v3"], "--only v3: expected all, or some of nspawn/1.36,"],
  [["--files", "test/unitfile"], "--files test/unitfile: no test file on machines has that in its path"],
  [["--hours", "0"], "--hours 0: expected a whole number from 1 to 99"],
  [["--lanes", "v2"], /--lanes/],
] as const)("the arguments %j are wrong", ([args, message]) => {
  expect(() => parseOptions(args)).toThrow(message);
});

import { expect, test } from "vitest";
import { timerSteps } from "../../src/diff/timers.ts";
import type { ActualTimer } from "../../src/model/cron-job-state.ts";
import type { UnitName } from "../../src/model/unit.ts";
import { pod } from "../translate/base.ts";
import { CronHost, cronDocument, parsedCronJob } from "../workloads/cron-base.ts";
import { bare } from "./base.ts";

const { timers } = new CronHost().run([parsedCronJob(cronDocument())]);
const NAME = "unitlet.default.tick.timer" as UnitName;
const RIGHT: ActualTimer = { text: timers[0]?.text ?? "", isOurs: true, isLinked: true, isActive: true };

interface Change {
  readonly wanted?: typeof timers;
  readonly complete?: boolean;
  readonly kept?: readonly string[];
}

/** Returns the kinds of the steps for a host with this timer. */
function kinds(actual: ActualTimer | undefined, { wanted = timers, complete = true, kept = [] }: Change = {}) {
  const cron = { before: [], states: [], timers: wanted, keptTimers: new Set(kept), events: [] };
  const list = complete ? ({ complete } as const) : ({ complete, because: "" } as const);
  const pods = { ...list, items: [], workloads: { before: [], states: [], cron } };
  const own = new Map(actual ? [[NAME, actual]] : []);
  return timerSteps({ ...bare(pod()), timers: own, pods }).map(({ kind }) => kind);
}

test("a timer that is right is left alone", () => {
  expect(kinds(RIGHT)).toEqual([]);
});

test.each([
  ["is missing", undefined, ["write-unit", "link", "reload", "start"]],
  ["has other times", { ...RIGHT, text: "x" }, ["write-unit", "reload", "restart"]],
  ["was stopped", { ...RIGHT, isActive: false }, ["start"]],
  ["does not start at boot", { ...RIGHT, isLinked: false }, ["link"]],
  ["is not from unitlet", { ...RIGHT, text: "x", isOurs: false }, []],
] as const)("a timer that %s: %#", (_, actual, expected) => {
  expect(kinds(actual)).toEqual(expected);
});

test("a timer that no CronJob has is removed", () => {
  expect(kinds(RIGHT, { wanted: [] })).toEqual(["unlink", "stop", "remove-unit", "reload"]);
});

test("a unit that is not from unitlet is not", () => {
  expect(kinds({ ...RIGHT, isOurs: false }, { wanted: [] })).toEqual([]);
});

test("the timer of a CronJob that cannot be read stays", () => {
  expect(kinds(RIGHT, { wanted: [], complete: false, kept: [NAME] })).toEqual([]);
});

import { expect, test } from "vitest";
import type { Rejected, Terminating } from "../../src/model/translation.ts";
import { podEvents } from "../../src/report/events/pod-events.ts";
import { statusPatch } from "../../src/report/patch.ts";
import { NOW, pod, rejected } from "./base.ts";
import { condition, crashed, phaseOf, report, running } from "./pod-case.ts";

const DISRUPTION = "The node was low on resource: memory. ";
const ENDED: Terminating = { disruption: DISRUPTION, immediate: true };
const before = report({ world: running });

function evicted(ended: Terminating = ENDED): Rejected {
  return { ...rejected({ ...pod(), status: before }), reason: "Evicted", message: DISRUPTION, ended };
}

const next = report({ translation: evicted(), world: running, previous: before });
const TARGET = condition("DisruptionTarget", { reason: "TerminationByKubelet", message: DISRUPTION });

test("it has failed while its containers still run", () => {
  expect(phaseOf(next)).toEqual({ phase: "Failed", reason: "Evicted", message: DISRUPTION });
  expect(next.containerStatuses).toEqual(before.containerStatuses);
});

test("controllers are told not to blame it", () => {
  expect(next.conditions?.[0]).toEqual(TARGET);
  expect(JSON.stringify(statusPatch(evicted().pod, next))).toContain('"type":"DisruptionTarget"');
});

test("nothing is said of that where it is to blame", () => {
  const blamed = report({ translation: evicted({ immediate: false }), world: running, previous: before });
  expect(blamed.conditions?.map(({ type }) => type)).not.toContain("DisruptionTarget");
});

test("its owner hears of it once", () => {
  const translation = evicted();
  const heard = (edge: Parameters<typeof podEvents>[0]) => podEvents(edge).map(({ reason }) => reason);
  expect(heard({ translation, previous: before, next })).toEqual(["Evicted"]);
  expect(heard({ translation, previous: next, next })).toEqual([]);
});

test("when its containers have ended, why it ended stays", () => {
  const gone = { ...pod(), status: next };
  const last = report({ translation: { ...rejected(gone) }, world: crashed, previous: next, now: NOW });
  expect(phaseOf(last)).toEqual(phaseOf(next));
  expect(last.conditions?.find(({ type }) => type === "DisruptionTarget")).toEqual(TARGET);
  expect(last.containerStatuses?.[0]?.state.terminated?.exitCode).toBe(1);
});

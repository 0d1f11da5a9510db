import { describe, expect, test } from "vitest";
import type { PodPhase } from "../../src/model/api/pod.ts";
import { document, endedWith, Host, NOW, parsed, type Tree } from "./base.ts";

const of = (spec: Tree = {}) => parsed(document("Job", spec));
const phases = (host: Host) => host.names.map((name) => name.split(" ").slice(2).join(" "));

/** Lets the pods that run end. */
const end = (host: Host, phase: PodPhase) => host.set(endedWith(phase, host.now), ({ pod }) => !pod.status?.phase);

test("suspend ends the pods, and the Job goes on later", () => {
  const suspended = of({ suspend: true });
  const host = new Host().run([of()]).run([suspended]);
  expect(phases(host)).toEqual(["ends"]);
  const { states } = host.gone().run([suspended]);
  expect(host.after(60).run([suspended]).states).toEqual(states);
  expect(phases(host.run([of()]))).toEqual([""]);
});

test("a pod that suspend has ended delays no other one", () => {
  const host = new Host().run([of()]).run([of({ suspend: true })]);
  expect(phases(end(host, "Failed").run([of()]))).toEqual(["Failed ends", ""]);
});

describe("while it is suspended, a Job", () => {
  test("is complete when all its pods have succeeded", () => {
    const host = end(new Host().run([of()]), "Succeeded").run([of({ suspend: true })]);
    expect(host.states[0]?.job?.end).toEqual({ type: "Complete", at: NOW });
  });

  test("fails after more failures than backoffLimit", () => {
    const spec = { backoffLimit: 0 };
    const host = end(new Host().run([of(spec)]), "Failed").run([of({ ...spec, suspend: true })]);
    expect(host.states[0]?.job?.end?.reason).toBe("BackoffLimitExceeded");
  });

  test("has no activeDeadlineSeconds", () => {
    const host = new Host().run([of({ activeDeadlineSeconds: 0, suspend: true })]);
    expect([host.states[0]?.job, host.dueAt]).toEqual([{ succeeded: 0, failed: 0 }, undefined]);
  });
});

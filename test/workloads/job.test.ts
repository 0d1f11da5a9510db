import { describe, expect, test } from "vitest";
import type { PodPhase } from "../../src/model/api/pod.ts";
import { document, endedWith, Host, NOW, parsed, type Tree, V2 } from "./base.ts";

const of = (spec: Tree = {}, pod: Tree = {}) => parsed(document("Job", spec, pod));
const phases = (host: Host) => host.names.map((name) => name.split(" ").slice(2).join(" "));

/** Lets the pods that run end. */
const end = (host: Host, phase: PodPhase) => host.set(endedWith(phase, host.now), ({ pod }) => !pod.status?.phase);

test("a Job becomes a pod", () => {
  const { uid } = of().metadata;
  const [owned] = new Host().run([of()]).pods;
  expect(owned?.pod).toMatchObject({
    metadata: {
      name: expect.stringMatching(/^web-[0-9a-f]{5}$/),
      labels: { "batch.kubernetes.io/job-name": "web", "batch.kubernetes.io/controller-uid": uid, "job-name": "web" },
      ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name: "web", uid }],
    },
    spec: { restartPolicy: "Never" },
  });
});

test("a Job that is complete makes no pod again, and keeps its pod", () => {
  const host = end(new Host().run([of()]), "Succeeded")
    .run([of()])
    .after(3600)
    .run([of()]);
  expect([phases(host), host.states[0]?.job]).toEqual([
    ["Succeeded"],
    { startedAt: NOW, succeeded: 1, failed: 0, end: { type: "Complete", at: NOW } },
  ]);
});

test("parallelism pods run beside each other until there are enough completions", () => {
  const job = of({ completions: 3, parallelism: 2 });
  const host = new Host().run([job]);
  expect(phases(host)).toEqual(["", ""]);
  expect(phases(end(host, "Succeeded").run([job]))).toEqual(["Succeeded", "Succeeded", ""]);
});

test("no two of its pods have the same name, although names have five digits", () => {
  const job = of({ completions: 2000, parallelism: 2000 });
  const names = new Host().run([job], { maxPods: 2000 }).pods.map(({ pod }) => pod.metadata.name);
  expect(new Set(names).size).toBe(2000);
});

test("without completions the first success keeps new pods from being made", () => {
  const job = of({ parallelism: 2 });
  const host = new Host()
    .run([job])
    .set(endedWith("Succeeded", NOW), ({ ordinal }) => ordinal === 0)
    .run([job]);
  expect([phases(host), host.states[0]?.job?.end]).toEqual([["Succeeded", ""], undefined]);
  expect(end(host, "Failed").run([job]).states[0]?.job?.end).toEqual({ type: "Complete", at: NOW });
});

test("a failed pod is followed by another one after 10 s, and then after 20 s", () => {
  const host = end(new Host().run([of()]), "Failed").run([of()]);
  expect([phases(host), host.dueAt]).toEqual([["Failed"], NOW + 10_000]);
  expect(phases(host.after(10).run([of()]))).toEqual(["Failed", ""]);
  expect(end(host, "Failed").run([of()]).dueAt).toBe(host.now + 20_000);
});

describe("thousands of completions", () => {
  const job = of({ completions: 5000, parallelism: 100 });
  const hostAfter = (runs: number) => {
    const host = new Host();
    for (let run = 0; run < runs; run++) end(host.gone().run([job]), "Succeeded");
    return host.run([job]);
  };

  test("keep the pods that have ended last, and all are counted", () => {
    const host = hostAfter(5);
    expect([host.gone().pods.length, host.states[0]?.job?.succeeded]).toEqual([200, 500]);
    expect(host.pods.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 200 }, (_, at) => 400 + at));
  });

  test("come to an end", () => {
    expect(hostAfter(50).states[0]?.job).toMatchObject({ succeeded: 5000, end: { type: "Complete" } });
  });
});

test("pods that were removed with the file are counted when it is back", () => {
  const job = of({ completions: 2 });
  const host = end(new Host().run([job]), "Succeeded")
    .run([job])
    .run([])
    .run([]);
  expect(phases(host)).toEqual(["Succeeded ends", "ends"]);
  expect(end(host.run([job]).gone().run([job]), "Succeeded").run([job]).states[0]?.job).toMatchObject({ succeeded: 2 });
});

describe("after the clock was set back by a year", () => {
  const YEAR = 365 * 24 * 3600;

  test("a failed pod is followed by another one all the same", () => {
    const host = end(new Host().run([of()]), "Failed")
      .run([of()])
      .after(-YEAR);
    expect(phases(host.run([of()]))).toEqual(["Failed", ""]);
  });

  test("activeDeadlineSeconds begin anew", () => {
    const job = of({ activeDeadlineSeconds: 5 });
    expect(new Host().run([job]).after(-YEAR).run([job]).dueAt).toBe(NOW - YEAR * 1000 + 5000);
  });

  test("ttlSecondsAfterFinished begin anew", () => {
    const job = of({ ttlSecondsAfterFinished: 60 });
    const host = end(new Host().run([job]), "Succeeded")
      .run([job])
      .after(-YEAR);
    expect(host.run([job]).dueAt).toBe(NOW - YEAR * 1000 + 60_000);
  });
});

describe("a Job fails", () => {
  test("after more failures than backoffLimit", () => {
    const job = of({ backoffLimit: 0 });
    const host = end(new Host().run([job]), "Failed").run([job]);
    expect([host.states[0]?.job?.end, host.states[0]?.problem]).toEqual([
      {
        type: "Failed",
        at: NOW,
        reason: "BackoffLimitExceeded",
        message: "Job has reached the specified backoff limit",
      },
      "BackoffLimitExceeded: Job has reached the specified backoff limit",
    ]);
  });

  test("after activeDeadlineSeconds, which end its pods", () => {
    const job = of({ activeDeadlineSeconds: 5 });
    const host = new Host().run([job]);
    expect(host.dueAt).toBe(NOW + 5000);
    expect(phases(host.after(5).run([job]))).toEqual(["ends"]);
    expect(host.states[0]?.problem).toBe("DeadlineExceeded: Job was active longer than specified deadline");
  });

  test("with OnFailure also after as many restarts", () => {
    const job = of({ backoffLimit: 2 }, { restartPolicy: "OnFailure" });
    const restarted = (restartCount: number) =>
      new Host()
        .run([job])
        .set({ phase: "Running", containerStatuses: [{ restartCount, state: {} }] } as never)
        .run([job]).states[0]?.job?.end?.reason;
    expect([restarted(1), restarted(2)]).toEqual([undefined, "BackoffLimitExceeded"]);
  });
});

test("after ttlSecondsAfterFinished the pods go, and the Job does not run again", () => {
  const job = of({ ttlSecondsAfterFinished: 60 });
  const host = end(new Host().run([job]), "Succeeded").run([job]);
  expect(host.dueAt).toBe(NOW + 60_000);
  expect(phases(host.after(60).run([job]))).toEqual(["Succeeded ends"]);
  expect(host.gone().run([job]).run([job]).names).toEqual([]);
});

test("with podReplacementPolicy Failed a pod that is ending keeps the next one from starting", () => {
  const spec = { podReplacementPolicy: "Failed" };
  const host = new Host().run([of(spec)]).run([of({ ...spec, suspend: true })]);
  expect(phases(host.run([of(spec)]))).toEqual(["ends"]);
  expect(phases(host.gone().run([of(spec)]))).toEqual([""]);
});

test("a pod with a port of the host starts when the one that has it has ended", () => {
  const pod = { hostNetwork: true, containers: [{ name: "main", ports: [{ containerPort: 80 }] }] };
  const host = new Host().run([of({}, pod)]).run([of({ suspend: true }, pod)]);
  expect(host.run([of({}, pod)]).pods.length).toBe(1);
  expect(phases(host.gone().run([of({}, pod)])).length).toBe(1);
});

test("a changed Job is another one, which starts when nothing is left of the first", () => {
  const next = of({}, V2);
  const host = end(new Host().run([of()]), "Succeeded")
    .run([of()])
    .run([next]);
  expect(phases(host)).toEqual(["Succeeded ends"]);
  expect(phases(host.run([next]))).toEqual(["Succeeded ends"]);
  expect(host.gone().run([next]).names).toEqual([expect.stringMatching(/^web-[0-9a-f]{5} v2$/)]);
});

test("a Job that has ended does not run again when a change of it is taken back", () => {
  const host = end(new Host().run([of()]), "Succeeded")
    .run([of()])
    .run([of({}, V2)])
    .run([of()]);
  expect(phases(host)).toEqual(["Succeeded ends"]);
  expect(host.gone().run([of()]).names).toEqual([]);
});

import { describe, expect, test } from "vitest";
import type { PodPhase, PodStatus } from "../../src/model/api/pod.ts";
import { document, endedWith, Host, NOW, parsed, type Tree } from "./base.ts";

const of = (spec: Tree = {}, pod: Tree = {}) =>
  parsed(document("Job", { completionMode: "Indexed", completions: 3, parallelism: 3, ...spec }, pod));

/** Lets the pods of these indexes that run end. */
const end = (host: Host, phase: PodPhase, ...indexes: readonly number[]) =>
  host.set(endedWith(phase, host.now), ({ index, pod }) => !pod.status?.phase && indexes.includes(index ?? -1));

/** The index of each pod, with its phase. */
const indexes = (host: Host) => host.pods.map(({ index, pod }) => `${index} ${pod.status?.phase ?? "new"}`);
const jobOf = (host: Host) => host.states[0]?.job;

test("each pod has its index as name, label, annotation, host name and variable", () => {
  const [, owned] = new Host().run([of()]).pods;
  const index = "batch.kubernetes.io/job-completion-index";
  const fieldRef = { fieldPath: `metadata.labels['${index}']` };
  expect(owned).toMatchObject({
    index: 1,
    pod: {
      metadata: {
        name: expect.stringMatching(/^web-1-[0-9a-f]{5}$/),
        labels: { [index]: "1" },
        annotations: { [index]: "1" },
      },
      spec: { hostname: "web-1", containers: [{ env: [{ name: "JOB_COMPLETION_INDEX", valueFrom: { fieldRef } }] }] },
    },
  });
});

test("the lowest indexes come first, and each must succeed once", () => {
  const job = of({ parallelism: 2 });
  const host = new Host().run([job]);
  expect(indexes(host)).toEqual(["0 new", "1 new"]);
  end(host, "Succeeded", 1).run([job]);
  expect(indexes(host)).toEqual(["0 new", "1 Succeeded", "2 new"]);
  expect(jobOf(host)).toMatchObject({ succeeded: 1, completedIndexes: "1" });
  end(host, "Succeeded", 0, 2).run([job]);
  expect(jobOf(host)).toMatchObject({ succeeded: 3, completedIndexes: "0-2", end: { type: "Complete" } });
});

test("a pod that failed is followed by one of its index, after the delay", () => {
  const host = end(new Host().run([of()]), "Failed", 1).run([of()]);
  expect([indexes(host), host.dueAt]).toEqual([["0 new", "1 Failed", "2 new"], NOW + 10_000]);
  expect(indexes(host.after(10).run([of()]))).toEqual(["0 new", "1 Failed", "2 new", "1 new"]);
});

describe("with backoffLimitPerIndex", () => {
  const job = of({ backoffLimitPerIndex: 1 });

  test("a failure delays its own index only", () => {
    const few = of({ backoffLimitPerIndex: 1, parallelism: 1 });
    const host = end(new Host().run([few]), "Failed", 0).run([few]);
    expect(indexes(host)).toEqual(["0 Failed", "1 new"]);
  });

  test("an index with too many failures gets no more pods, and the Job fails at last", () => {
    const host = end(new Host().run([job]), "Failed", 0)
      .run([job])
      .after(10)
      .run([job]);
    expect(host.pods.at(-1)?.pod.metadata.annotations).toMatchObject({
      "batch.kubernetes.io/job-index-failure-count": "1",
    });
    end(host, "Failed", 0).run([job]).after(600).run([job]);
    expect(indexes(host)).toEqual(["0 Failed", "1 new", "2 new", "0 Failed"]);
    expect(jobOf(host)).toMatchObject({ failedIndexes: "0", indexFailures: { 0: 2 } });
    end(host, "Succeeded", 1, 2).run([job]);
    expect(jobOf(host)?.end).toMatchObject({ type: "Failed", reason: "FailedIndexes" });
  });

  test("more failed indexes than maxFailedIndexes end the Job", () => {
    const strict = of({ backoffLimitPerIndex: 0, maxFailedIndexes: 1 });
    const host = end(new Host().run([strict]), "Failed", 0, 1).run([strict]);
    expect(jobOf(host)?.end).toMatchObject({ type: "Failed", reason: "MaxFailedIndexesExceeded" });
    expect(host.names.filter((name) => name.endsWith("ends"))).toHaveLength(1);
  });
});

describe("a success policy", () => {
  test.each([
    [{ succeededIndexes: "0,2" }, [0, 2]],
    [{ succeededCount: 1 }, [1]],
    [{ succeededIndexes: "0-2", succeededCount: 2 }, [1, 2]],
  ])("%j is met", (rule, done) => {
    const job = of({ successPolicy: { rules: [rule] } });
    const host = end(new Host().run([job]), "Succeeded", ...done).run([job]);
    expect(jobOf(host)?.end).toEqual({
      ...{ type: "Complete", at: NOW },
      ...{ reason: "SuccessPolicy", message: "Matched rules at index 0" },
    });
  });

  test("is not met by other indexes", () => {
    const job = of({ successPolicy: { rules: [{ succeededIndexes: "0,2" }] } });
    expect(jobOf(end(new Host().run([job]), "Succeeded", 0, 1).run([job]))?.end).toBeUndefined();
  });
});

describe("a failure policy", () => {
  const exitedWith = (exitCode: number): PodStatus => ({
    ...endedWith("Failed", NOW),
    containerStatuses: [{ name: "main", state: { terminated: { exitCode } } }] as never,
  });
  const policy = (action: string, spec: Tree = {}) =>
    parsed(
      document("Job", {
        ...{ backoffLimit: 0, ...spec },
        podFailurePolicy: { rules: [{ action, onExitCodes: { operator: "In", values: [42] } }] },
      }),
    );

  test("FailJob ends the Job with the reason", () => {
    const job = policy("FailJob", { backoffLimit: 6 });
    const host = new Host().run([job]);
    const [name] = host.names;
    expect(jobOf(host.set(exitedWith(42)).run([job]))?.end).toEqual({
      ...{ type: "Failed", at: NOW, reason: "PodFailurePolicy" },
      message: `Container main for pod default/${name?.split(" ")[0]} failed with exit code 42 matching FailJob rule at index 0`,
    });
  });

  test("Ignore does not count the failure", () => {
    const job = policy("Ignore");
    expect(jobOf(new Host().run([job]).set(exitedWith(42)).run([job]))).toMatchObject({ failed: 0 });
  });

  test("a failure without a rule counts", () => {
    const job = policy("Ignore");
    expect(jobOf(new Host().run([job]).set(exitedWith(1)).run([job]))?.end).toMatchObject({
      reason: "BackoffLimitExceeded",
    });
  });

  test("a condition of the pod matches with its status", () => {
    const onPodConditions = [{ type: "DisruptionTarget" }];
    const job = parsed(document("Job", { podFailurePolicy: { rules: [{ action: "FailJob", onPodConditions }] } }));
    const disrupted = (status: "True" | "False"): PodStatus => ({
      phase: "Failed",
      conditions: [{ type: "DisruptionTarget", status }],
    });
    const reasonFor = (status: "True" | "False") =>
      jobOf(new Host().run([job]).set(disrupted(status)).run([job]))?.end?.reason;
    expect([reasonFor("True"), reasonFor("False")]).toEqual(["PodFailurePolicy", undefined]);
  });

  test("FailIndex ends an index at its first failure", () => {
    const rule = { action: "FailIndex", onExitCodes: { operator: "NotIn", values: [1] } };
    const job = of({ backoffLimitPerIndex: 5, podFailurePolicy: { rules: [rule] } });
    const host = new Host()
      .run([job])
      .set(exitedWith(42), ({ index }) => index === 1)
      .run([job]);
    expect(jobOf(host)).toMatchObject({ failedIndexes: "1" });
  });
});

import { describe, expect, test } from "vitest";
import type { PodCondition, PodStatus } from "../../src/model/api/pod.ts";
import { agoText, pod, runnable, runningStatus, world } from "./base.ts";
import { condition, crashed, never, report, running, succeeded } from "./pod-case.ts";

describe("conditions", () => {
  const init = (world_ = world([])) => {
    const of = pod({ initContainers: [{ name: "one" }, { name: "two" }] });
    return report({ translation: runnable(of), world: world_ }).conditions?.find((each) => each.type === "Initialized");
  };
  const ready = (next: PodStatus) => next.conditions?.filter((each) => each.type === "Ready");

  test("name the init containers that are not done", () => {
    expect(init()).toEqual(
      condition("Initialized", {
        status: "False",
        reason: "ContainersNotInitialized",
        message: "containers with incomplete status: [one two]",
      }),
    );
  });

  test("turn over at the moment they change", () => {
    expect(report({ world: crashed, previous: runningStatus() }).conditions).toEqual(
      runningStatus().conditions?.map((each) =>
        each.type === "Ready" || each.type === "ContainersReady"
          ? condition(each.type, {
              status: "False",
              reason: "ContainersNotReady",
              message: "containers with unready status: [app]",
            })
          : each,
      ),
    );
  });

  test("of a pod that succeeded say PodCompleted", () => {
    expect(report({ translation: never(), world: succeeded }).conditions).toEqual([
      condition("PodReadyToStartContainers", { status: "False" }),
      condition("Initialized", { reason: "PodCompleted" }),
      condition("Ready", { status: "False", reason: "PodCompleted" }),
      condition("ContainersReady", { status: "False", reason: "PodCompleted" }),
      condition("PodScheduled"),
    ]);
  });

  test("of others pass through untouched", () => {
    const foreign = { type: "example.org/gate", status: "True", reason: "X", lastTransitionTime: agoText(3) } as const;
    const previous = runningStatus({ conditions: [foreign, ...(runningStatus().conditions ?? [])] });
    expect(report({ world: running, previous }).conditions).toEqual(previous.conditions);
  });

  test.each<[string, readonly PodCondition[], string]>([
    ["missing", [], 'corresponding condition of pod readiness gate "example.org/gate" does not exist.'],
    [
      "False",
      [{ type: "example.org/gate", status: "False" }],
      'the status of pod readiness gate "example.org/gate" is not "True", but False',
    ],
  ])("hold Ready back while a readiness gate is %s", (_, foreign, message) => {
    const translation = runnable(pod({ readinessGates: [{ conditionType: "example.org/gate" }] }));
    const previous = runningStatus({ conditions: foreign });
    expect(ready(report({ translation, world: running, previous }))).toEqual([
      condition("Ready", { status: "False", reason: "ReadinessGatesNotReady", message }),
    ]);
  });

  test("let Ready be True when the readiness gate is", () => {
    const translation = runnable(pod({ readinessGates: [{ conditionType: "example.org/gate" }] }));
    const previous = runningStatus({ conditions: [{ type: "example.org/gate", status: "True" }] });
    expect(ready(report({ translation, world: running, previous }))).toEqual([condition("Ready")]);
  });
});

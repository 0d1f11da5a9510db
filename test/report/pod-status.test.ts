import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Pod, PodCondition, PodSpec, PodStatus, RestartPolicy } from "../../src/model/pod.ts";
import { type PodReport, reportPod } from "../../src/report/pod-status.ts";
import {
  agoText,
  BACKING_OFF,
  CONFIG,
  DEAD,
  exit,
  HOST,
  id,
  invocation,
  ago,
  NOW,
  NOW_TEXT,
  past,
  pod,
  RUNNING,
  rejected,
  runnable,
  runningStatus,
  SUCCESS,
  status,
  unit,
  world,
} from "./base.ts";

function report(change: Partial<PodReport> = {}): PodStatus {
  return reportPod({ translation: runnable(), world: world([]), previous: undefined, now: NOW, ...change });
}

const running = world([unit("app", RUNNING, 1)], {
  app: past([], { started: { at: ago(60), invocation: invocation(1) } }),
});
const crashed = world([unit("app", DEAD)], { app: past([exit(1, 5)]) });
const succeeded = world([unit("app", DEAD)], { app: past([exit(1, 5, SUCCESS)]) });
const deleted = (spec: Partial<PodSpec> = {}): Pod => pod(spec, { deletionTimestamp: NOW_TEXT });
const never = (metadata: Partial<Pod["metadata"]> = {}) => runnable(pod({ restartPolicy: "Never" }, metadata));

const condition = (type: string, change: Partial<PodCondition> = {}): PodCondition => ({
  type,
  observedGeneration: 1,
  status: "True",
  lastProbeTime: null,
  lastTransitionTime: NOW_TEXT,
  ...change,
});
const addresses = {
  hostIP: "192.0.2.7",
  hostIPs: [{ ip: "192.0.2.7" }],
  podIP: "192.0.2.7",
  podIPs: [{ ip: "192.0.2.7" }],
};
const phaseOf = ({ phase, reason, message }: PodStatus) => ({ phase, reason, message });

describe("reportPod()", () => {
  test("tells a new pod as Pending", () => {
    const unready = {
      status: "False",
      reason: "ContainersNotReady",
      message: "containers with unready status: [app]",
    } as const;
    expect(report()).toEqual({
      observedGeneration: 1,
      phase: "Pending",
      conditions: [
        condition("PodReadyToStartContainers"),
        condition("Initialized"),
        condition("Ready", unready),
        condition("ContainersReady", unready),
        condition("PodScheduled"),
      ],
      ...addresses,
      startTime: NOW_TEXT,
      qosClass: "BestEffort",
      containerStatuses: [status({ waiting: { reason: "ContainerCreating" } })],
    });
  });

  test("repeats itself when nothing changed", () => {
    expect(report({ world: running, previous: runningStatus() })).toEqual(runningStatus());
  });

  test("follows metadata.generation", () => {
    const next = runningStatus();
    expect(
      report({ translation: runnable(pod({}, { generation: 2 })), world: running, previous: runningStatus() }),
    ).toEqual({
      ...next,
      observedGeneration: 2,
      conditions: next.conditions?.map((each) => ({ ...each, observedGeneration: 2 })),
    });
  });

  test("tells a pod that was rejected as Failed, without containers", () => {
    const failed = { status: "False", reason: "PodFailed" } as const;
    expect(report({ translation: rejected(), world: { ...world([]), directories: new Map() } })).toEqual({
      observedGeneration: 1,
      phase: "Failed",
      reason: "UnsupportedField",
      message: "Pod was rejected: spec.hostPID: not supported",
      conditions: [
        condition("PodReadyToStartContainers", { status: "False" }),
        condition("Initialized"),
        condition("Ready", failed),
        condition("ContainersReady", failed),
        condition("PodScheduled"),
      ],
      startTime: NOW_TEXT,
      qosClass: "BestEffort",
    });
  });

  test("sorts container statuses by name", () => {
    const of = pod({ containers: [{ name: "b" }, { name: "a" }] });
    expect(report({ translation: runnable(of) }).containerStatuses?.map((each) => each.name)).toEqual(["a", "b"]);
  });

  test("gives one address of each family, those set by hand first", () => {
    const dual = { ...world([]), config: { ...CONFIG, nodeIPs: ["2001:db8::7", "2001:db8::8", "198.51.100.1"] } };
    expect(report({ world: dual })).toMatchObject({
      hostIP: "2001:db8::7",
      podIP: "2001:db8::7",
      podIPs: [{ ip: "2001:db8::7" }, { ip: "198.51.100.1" }],
    });
  });

  test("keeps the addresses of a pod that has ended", () => {
    const moved = { ...succeeded, host: { ...HOST, addresses: ["192.0.2.99"] } };
    expect(report({ translation: never(), world: moved, previous: runningStatus() })).toMatchObject(addresses);
  });
});

describe("phase", () => {
  const failed = { phase: "Failed", reason: undefined, message: undefined };

  test.each<[string, Partial<PodReport>, string]>([
    ["Running while a container runs", { world: running }, "Running"],
    ["Running while it backs off", { world: crashed }, "Running"],
    ["Succeeded when all ended with 0 for good", { translation: never(), world: succeeded }, "Succeeded"],
    ["Running when it ended with 0 and restarts", { world: succeeded }, "Running"],
    ["Failed when it failed for good", { translation: never(), world: crashed }, "Failed"],
    [
      "Running when it was deleted and is still being stopped",
      { translation: runnable(deleted()), world: running },
      "Running",
    ],
    [
      "Failed when it was deleted and a container failed",
      { translation: runnable(deleted()), world: crashed },
      "Failed",
    ],
    [
      "Succeeded when it was deleted and all ended with 0",
      { translation: runnable(deleted()), world: succeeded },
      "Succeeded",
    ],
  ])("is %s", (_, change, phase) => {
    expect(report(change).phase).toBe(phase);
  });

  test.each(["Failed", "Succeeded"] as const)("%s is for ever, with its words", (phase) => {
    const previous = runningStatus({ phase, reason: "Evicted", message: "because" });
    expect(phaseOf(report({ world: running, previous }))).toEqual({ phase, reason: "Evicted", message: "because" });
  });

  test("waits for the last process before it becomes Failed", () => {
    const rejection = { translation: rejected(), world: running, previous: runningStatus() };
    expect(phaseOf(report(rejection))).toEqual({ phase: "Running", reason: undefined, message: undefined });
  });

  test("keeps reason and message while it stays the same", () => {
    const previous = runningStatus({ reason: "Some", message: "words" });
    expect(phaseOf(report({ world: running, previous }))).toEqual({
      phase: "Running",
      reason: "Some",
      message: "words",
    });
  });

  test("is Failed for a deleted pod that never started, whose containers count as lost", () => {
    const next = report({
      translation: runnable(deleted()),
      previous: runningStatus({ phase: "Pending", containerStatuses: [] }),
    });
    expect([phaseOf(next), next.containerStatuses]).toEqual([
      failed,
      [
        status({
          terminated: {
            exitCode: 137,
            reason: "ContainerStatusUnknown",
            message: "The container could not be located when the pod was terminated",
            startedAt: NOW_TEXT,
            finishedAt: NOW_TEXT,
          },
        }),
      ],
    ]);
  });

  test("does not end while a back-off of a deleted pod is still being stopped", () => {
    const stopping = world([unit("app", BACKING_OFF, 2)], { app: past([exit(1, 5)], { backOffUntil: NOW + 1 }) });
    expect(report({ translation: runnable(deleted()), world: stopping }).phase).toBe("Running");
  });

  test("is Failed when an init container failed for good; the others stay waiting", () => {
    const of = pod({ restartPolicy: "Never", initContainers: [{ name: "setup" }] });
    const next = report({
      translation: runnable(of),
      world: world([], { setup: past([exit(1, 5)], { finished: true }) }),
    });
    expect([phaseOf(next), next.containerStatuses]).toEqual([
      failed,
      [status({ waiting: { reason: "PodInitializing" } })],
    ]);
  });

  test("does not give containers to a pod that was rejected before", () => {
    const before = report({ translation: rejected() });
    expect(report({ previous: before })).toEqual(before);
  });
});

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

describe("over any course of events", () => {
  const states: (typeof RUNNING)[] = [
    RUNNING,
    DEAD,
    BACKING_OFF,
    ["activating", "auto-restart"],
    ["deactivating", "stop-sigterm"],
    ["failed", "failed"],
  ];
  const moment = fc.record({
    state: fc.constantFrom(...states),
    newExits: fc.nat(2),
    forget: fc.boolean(),
    deleted: fc.boolean(),
  });
  const ends = fc.array(fc.constantFrom("0", "1", "7"), { minLength: 24, maxLength: 24 });

  /** What the API server would see, run after run; records may be compacted or lost, the report builds on itself. */
  function course(
    policy: RestartPolicy,
    moments: readonly MomentOf<typeof moment>[],
    codes: readonly string[],
  ): PodStatus[] {
    const reports: PodStatus[] = [];
    let count = 0;
    let isDeleted = false;
    for (const [i, at] of moments.entries()) {
      count += at.newExits;
      isDeleted ||= at.deleted;
      const exits = codes.slice(0, count).map((code, n) => exit(n, 500 - n, { status: code }));
      const known = past(at.forget ? exits.slice(-2) : exits, { backOffUntil: NOW + 5000 });
      const translation = runnable(pod({ restartPolicy: policy }, isDeleted ? { deletionTimestamp: NOW_TEXT } : {}));
      const now = NOW + i * 1000;
      const seen = world([unit("app", at.state, count)], { app: known });
      reports.push(reportPod({ translation, world: seen, previous: reports.at(-1), now }));
    }
    return reports;
  }

  test("restartCount never goes down and a terminal phase never changes", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("Always", "OnFailure", "Never"),
        fc.array(moment, { maxLength: 12 }),
        ends,
        (policy, moments, codes) => {
          const reports = course(policy, moments, codes);
          const counts = reports.map((each) => each.containerStatuses?.[0]?.restartCount ?? 0);
          const firstEnd = reports.findIndex((each) => each.phase === "Failed" || each.phase === "Succeeded");
          expect(counts).toEqual(counts.toSorted((a, b) => a - b));
          expect(new Set(firstEnd < 0 ? [] : reports.slice(firstEnd).map((each) => each.phase)).size).toBeLessThan(2);
        },
      ),
    );
  });

  test("a container that ended under Never stays terminated", () => {
    const once = fc.array(
      fc.record({
        state: fc.constantFrom(DEAD, BACKING_OFF),
        newExits: fc.constant(0),
        forget: fc.boolean(),
        deleted: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(once, ends, (moments, codes) => {
        const first = { state: DEAD, newExits: 1, forget: false, deleted: false };
        const reports = course("Never", [first, ...moments], codes);
        expect(reports.map((each) => each.containerStatuses?.[0]?.state)).toEqual(
          reports.map(() => reports[0]?.containerStatuses?.[0]?.state),
        );
      }),
    );
  });

  test("same input, same bytes", () => {
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 6 }), ends, (moments, codes) => {
        expect(JSON.stringify(course("Always", moments, codes))).toBe(
          JSON.stringify(course("Always", structuredClone(moments), codes)),
        );
      }),
    );
  });
});

type MomentOf<T> = T extends fc.Arbitrary<infer M> ? M : never;

test("reportPod() reports the exit that the record tells, by its id", () => {
  expect(report({ world: crashed }).containerStatuses?.[0]?.containerID).toBe(id(1));
});

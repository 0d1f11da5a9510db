import { describe, expect, test } from "vitest";
import type { Container, PodStatus } from "../../src/model/api/pod.ts";
import type { ContainerHistory } from "../../src/model/exit-record.ts";
import type { World } from "../../src/model/world.ts";
import { DEAD, exit, pod, RUNNING, runnable, SUCCESS, unit, world } from "./base.ts";
import { condition, report } from "./pod-case.ts";

const RULES: Partial<Container> = {
  restartPolicy: "Never",
  restartPolicyRules: [{ action: "RestartAllContainers", exitCodes: { operator: "In", values: [42] } }],
};
const POD = pod({
  restartPolicy: "Never",
  initContainers: [{ name: "first" }],
  containers: [{ name: "app", ...RULES }, { name: "other" }],
});
const CAUSE = exit(1, 5, { status: "42" });
const VICTIM = exit(2, 5, { result: "restart-all", code: "killed", status: "TERM" });
const OVER = exit(3, 9, SUCCESS);

const past = (exits: ContainerHistory["exits"], change: Partial<ContainerHistory> = {}): ContainerHistory => ({
  ...{ forgottenExits: 0, exits, finished: false, done: false },
  ...change,
});

/** The pod whose containers have these histories, and no unit that is up but those that run. */
function seen(histories: Record<string, ContainerHistory>, running: readonly string[], asked = false): World {
  const made = world(
    ["first", "app", "other"].map((name, at) => unit(name, running.includes(name) ? RUNNING : DEAD, 10 + at)),
    histories,
  );
  const restartAll = asked ? { restartAll: "app" } : {};
  return {
    ...made,
    directories: new Map([...made.directories].map(([uid, each]) => [uid, { ...each, ...restartAll }])),
  };
}

const show = (of: World, previous?: PodStatus) => {
  const status = report({ translation: runnable(POD), world: of, previous });
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return {
    phase: status.phase,
    restarting: status.conditions?.find(({ type }) => type === "AllContainersRestarting"),
    ...Object.fromEntries(
      all.map(({ name, state, lastState, restartCount }) => [
        name,
        [
          state.running ? "running" : (state.waiting?.reason ?? state.terminated?.reason),
          lastState.terminated?.reason,
          restartCount,
        ],
      ]),
    ),
  };
};

describe("a pod that restarts as a whole", () => {
  test("says so while its containers end, and goes on to run", () => {
    const ending = seen({ first: past([OVER], { done: true }), app: past([CAUSE]), other: past([VICTIM]) }, [], true);
    expect(show(ending)).toEqual({
      phase: "Running",
      restarting: condition("AllContainersRestarting", {
        reason: "RestartAllContainersStarted",
        message: "container exited with restart policy rule",
      }),
      first: ["Completed", undefined, 0],
      app: ["Error", undefined, 0],
      other: ["RestartingAllContainers", "RestartingAllContainers", 0],
    });
  });

  const anew = { restarted: true };
  test("waits for its init containers anew, and has not ended, whatever the policies and ends were", () => {
    const before = { phase: "Running", conditions: [] } as const;
    const started = seen({ first: past([OVER], anew), app: past([CAUSE], anew), other: past([VICTIM], anew) }, [
      "first",
    ]);
    expect(show(started, before)).toEqual({
      phase: "Running",
      restarting: condition("AllContainersRestarting", { status: "False" }),
      first: ["running", "Completed", 1],
      app: ["PodInitializing", "Error", 1],
      other: ["PodInitializing", "RestartingAllContainers", 1],
    });
  });

  test("leaves the terminated state that it has told", () => {
    const all = {
      first: past([OVER], { done: true }),
      app: past([CAUSE]),
      other: past([exit(2, 5, SUCCESS)], { finished: true }),
    };
    const told = report({ translation: runnable(POD), world: seen(all, [], true) });
    const other = past([exit(2, 5, SUCCESS)], anew);
    const first = past([OVER, exit(4, 1, SUCCESS)], { done: true });
    const back = seen({ first, app: past([CAUSE], anew), other }, ["app", "other"]);
    expect(show(back, told)).toMatchObject({
      phase: "Running",
      app: ["running", "Error", 1],
      other: ["running", "Completed", 1],
    });
  });

  test("has a message and the code 137 for what the node has ended", () => {
    const status = report({
      translation: runnable(POD),
      world: seen({ first: past([OVER], { done: true }), app: past([CAUSE], anew), other: past([VICTIM], anew) }, [
        "other",
      ]),
    });
    expect(status.containerStatuses?.find(({ name }) => name === "other")?.lastState.terminated).toMatchObject({
      exitCode: 137,
      reason: "RestartingAllContainers",
      message: "The container is removed because RestartAllContainers in place",
    });
  });

  test("that fails in the end says so in the condition as well", () => {
    const failed = seen(
      { first: past([OVER], { done: true }), app: past([exit(1, 5)]), other: past([exit(2, 5)]) },
      [],
    );
    expect(show(failed)).toMatchObject({
      phase: "Failed",
      restarting: condition("AllContainersRestarting", { status: "False", reason: "PodFailed" }),
    });
  });

  test("has no such condition without a rule for it", () => {
    const status = report({ translation: runnable(pod()), world: world([]) });
    expect(status.conditions?.map(({ type }) => type)).not.toContain("AllContainersRestarting");
  });
});

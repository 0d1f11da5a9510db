import { describe, expect, test } from "vitest";
import type { Container, Pod } from "../../../src/model/api/pod.ts";
import { toTimestamp } from "../../../src/model/api/time.ts";
import type { World } from "../../../src/model/world.ts";
import { container, NOW, pod } from "../../translate/base.ts";
import {
  DEAD,
  exit,
  incomplete,
  invocation,
  plan,
  STOPPING,
  SUCCESS,
  stepsOf,
  unitName,
  up,
  withPast,
  withUnit,
} from "../base.ts";
import { withDirectory } from "../word-worlds.ts";

const RULES: Partial<Container> = {
  restartPolicy: "Never",
  restartPolicyRules: [{ action: "RestartAllContainers", exitCodes: { operator: "In", values: [42] } }],
};

/** An init container that has ended, a sidecar, a container with the rule, and one that has finished. */
const FAMILY: Pod = {
  ...pod({
    restartPolicy: "Never",
    initContainers: [container({ name: "first" }), container({ name: "side", restartPolicy: "Always" })],
    containers: [container({ ...RULES }), container({ name: "done" })],
  }),
  status: { phase: "Running" },
};
const DOWN = { state: DEAD, invocation: undefined };
const CAUSE = "app";

const finished = (world: World) =>
  withPast(withUnit(world, unitName("done"), DOWN), "done", { exits: [exit(1, SUCCESS)], finished: true });
const caused = (world: World) =>
  withDirectory(withPast(withUnit(world, unitName("app"), DOWN), "app", { exits: [exit(1, { status: "42" })] }), {
    restartAll: CAUSE,
  });
/** The container has ended with 42; the sidecar runs. */
const begun = caused(finished(up(FAMILY)));
/** All have ended. */
const ended = withPast(withUnit(begun, unitName("side"), DOWN), "side", { exits: [exit(1)] });
/** What the step has left on the disk, when the run is killed after it. */
const reset = withDirectory(ended, {
  restartAll: undefined,
  histories: new Map(
    ["first", "side", "app", "done"].map((name) => [
      name,
      { forgottenExits: 0, exits: [exit(1)], finished: false, done: false, restarted: true },
    ]),
  ),
});

describe("an exit that restarts all containers of the pod", () => {
  const starts = (world: World) => plan(world).filter((step) => step.startsWith("start"));

  test("ends those that run, by the smallest grace period", () => {
    expect(plan(begun)).toEqual([
      "write-grace-period",
      "stop side [Normal Killing: Stopping container side]",
      `schedule-run ${toTimestamp(NOW + 12_000)}`,
    ]);
  });

  test("kills what does not end", () => {
    const stopping = withUnit(begun, unitName("side"), { state: STOPPING });
    expect(plan(withDirectory(stopping, { stoppingSince: NOW - 13_000, stoppingGrace: 2 }))).toEqual(["kill side"]);
  });

  test("starts all anew when they have ended, from the first init container", () => {
    expect(plan(ended)).toEqual(["reset-containers", "start first"]);
  });

  test("resets each with its last exit, and the back-off of none but the cause goes on", () => {
    expect(stepsOf(ended).find(({ kind }) => kind === "reset-containers")).toMatchObject({
      containers: [
        { name: "first", invocation: invocation(9), isCause: false },
        { name: "side", invocation: invocation(1), isCause: false },
        { name: "app", invocation: invocation(1), isCause: true },
        { name: "done", invocation: invocation(1), isCause: false },
      ],
    });
  });

  test("is done once, though the run that did it was killed before the starts", () => {
    expect(plan(reset)).toEqual(["start first"]);
  });

  test("lets what has run since then be, when the first init container has ended again", () => {
    const again = withPast(reset, "first", { exits: [exit(1), exit(7, SUCCESS)], done: true, restarted: false });
    expect(starts(again)).toEqual(["start side"]);
  });

  test("does not look like a stop by hand", () => {
    const alone = { ...pod({ restartPolicy: "Never", containers: [container({ ...RULES })] }) };
    const world = withPast(withUnit(up(alone), unitName("app"), DOWN), "app", { exits: [exit(1, { status: "42" })] });
    expect(plan(withDirectory(world, { restartAll: CAUSE }))).toEqual(["reset-containers", "start app"]);
  });

  test("is obeyed while the list of pods cannot be read, also for what does not start with the host", () => {
    expect(plan(incomplete(begun))).toEqual([
      "write-grace-period",
      "stop side",
      `schedule-run ${toTimestamp(NOW + 12_000)}`,
    ]);
    expect(plan(incomplete(ended))).toEqual(["reset-containers", "start side", "start app", "start done"]);
  });

  test("counts for its own pod only", () => {
    const other = pod({}, { uid: "other", name: "other" });
    const world = { ...ended, pods: { ...ended.pods, items: [...ended.pods.items, other] } };
    expect(starts(world)).toEqual(["start first", "start other.app"]);
  });

  test("waits for the records of exits that were lost", () => {
    expect(plan(withPast(ended, "side", { exits: [] }))).toEqual(["record-exit side"]);
  });
});

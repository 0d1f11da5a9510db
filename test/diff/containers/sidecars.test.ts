import { describe, expect, test } from "vitest";
import type { Pod, PodSpec } from "../../../src/model/api/pod.ts";
import { container, pod } from "../../translate/base.ts";
import { DEAD, exit, plan, RUNNING, SUCCESS, unitName, up, withoutPast, withPast, withUnit } from "../base.ts";

const SIDE = container({ name: "side", restartPolicy: "Always" });
/** Status has told nothing of its containers yet, so none that is gone is taken for lost. */
const of = (change: Partial<PodSpec> = {}): Pod => ({
  ...pod({ initContainers: [SIDE], ...change }),
  status: { phase: "Pending" },
});
const gone = { state: undefined, invocation: undefined };

describe("a sidecar", () => {
  test("is started with the pod, and what comes after it with it: systemd keeps the order", () => {
    const world = withoutPast(withUnit(up(of()), unitName("side"), gone), "side");
    expect(plan(world)).toEqual(["start side"]);
  });

  test("that has failed before it was up holds back what comes after it", () => {
    const down = withUnit(withUnit(up(of()), unitName("side"), gone), unitName("app"), { ...gone, linked: true });
    const world = withPast(withoutPast(withoutPast(down, "app"), "side"), "side", { exits: [exit(1)] });
    expect(plan(world).filter((step) => step.startsWith("start"))).toEqual(["start side"]);
  });

  test("with a startup probe holds back what comes after it until it is up", () => {
    const probed = { ...SIDE, startupProbe: { tcpSocket: { port: 80 } } };
    const world = withoutPast(withUnit(up(of({ initContainers: [probed] })), unitName("app"), gone), "app");
    expect(plan(world).filter((step) => step.startsWith("start"))).toEqual([]);
    const isUp = withPast(world, "side", { up: true });
    expect(plan(isUp).filter((step) => step.startsWith("start"))).toHaveLength(1);
  });

  test("is stopped when all containers have ended for good", () => {
    const world = withPast(withUnit(up(of({ restartPolicy: "Never" })), unitName("app"), gone), "app", {
      exits: [exit(1, SUCCESS)],
      finished: true,
    });
    expect(plan(world)).toEqual(["mark-stopping", "stop side [Normal Killing: Stopping container side]"]);
    const ended = withPast(world, "side", { exits: [exit(1)] });
    expect(plan(withUnit(ended, unitName("side"), { state: DEAD, invocation: undefined }))).toEqual([]);
  });

  test("is stopped when an init container has failed for good", () => {
    const failing = of({ initContainers: [SIDE, container({ name: "bad" })], restartPolicy: "Never" });
    const world = withoutPast(withUnit(up(failing), unitName("app"), gone), "app");
    expect(plan(withPast(world, "bad", { exits: [exit(1)], done: false }))).toEqual([
      "mark-stopping",
      "stop side [Normal Killing: Stopping container side]",
    ]);
  });

  test("runs on while a container does", () => {
    expect(
      plan(
        withUnit(withPast(up(of({ restartPolicy: "Never" })), "side", { up: true }), unitName("side"), {
          state: RUNNING,
        }),
      ),
    ).toEqual([]);
  });
});

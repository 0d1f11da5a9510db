import { describe, expect, test } from "vitest";
import type { ActualUnit } from "../../src/model/unit.ts";
import type { World } from "../../src/model/world.ts";
import { container, pod, UID } from "../translate/base.ts";
import { DEAD, plan, STOPPING, unitName, up, withPods, withUnit } from "./base.ts";

const APP = unitName("app");
const WEB = pod();
const app = (change: { [K in keyof ActualUnit]?: ActualUnit[K] | undefined }) => withUnit(up(WEB), APP, change);

describe("the pod's spec changed", () => {
  const changed = (world: World) =>
    withPods(world, (of) => ({
      ...of,
      spec: { ...of.spec, containers: [container({ image: "/usr/bin/new", command: ["/usr/bin/new"] })] },
    }));
  const given = "write-file app.env";
  const rewrite = [given, "write-unit app", "reload", "start app"];

  test("a running container is stopped first", () => {
    expect(plan(changed(up(WEB)))).toEqual(["stop app", given]);
  });

  test("the pod itself goes on meanwhile", () => {
    expect(plan(changed(up(WEB)))).not.toContain("mark-stopping");
  });

  test("while it stops only what it will begin with is written", () => {
    expect(plan(changed(app({ state: STOPPING })))).toEqual([given]);
  });

  test("when it has stopped it is rewritten and started", () => {
    const world = withPods(app({ state: DEAD, invocation: undefined }), (of) => ({
      ...of,
      status: { phase: "Running" },
    }));
    expect(plan(changed(world))).toEqual(rewrite);
  });

  test("a container that was never started is rewritten", () => {
    const world = withPods(app({ state: DEAD, invocation: undefined }), (of) => ({
      ...of,
      status: { phase: "Pending" },
    }));
    expect(plan(changed(world))).toEqual(rewrite);
  });

  test("of two containers only the changed one is touched", () => {
    const two = pod({ containers: [container(), container({ name: "other" })] });
    const world = withPods(up(two), (of) => ({
      ...of,
      spec: { ...of.spec, containers: [container(), container({ name: "other", args: ["x"] })] },
    }));
    expect(plan(world)).toEqual(["stop other", "write-file other.env"]);
  });

  test("what a pod says elsewhere restarts nothing", () => {
    const world = withPods(up(WEB), (of) => ({
      ...of,
      metadata: { ...of.metadata, labels: { a: "b" } },
      spec: { ...of.spec, tolerations: [] } as never,
    }));
    expect(plan(world)).toEqual([]);
  });
});

test("a container's files that are gone are written again, and nothing is restarted", () => {
  const world = up(WEB);
  const directory = world.directories.get(UID);
  if (directory === undefined) throw new Error("no directory");
  expect(plan({ ...world, directories: new Map([[UID, { ...directory, files: new Map() }]]) })).toEqual([
    "write-file app.env",
    "write-file app.enter",
  ]);
});

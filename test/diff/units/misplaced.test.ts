import { describe, expect, test } from "vitest";
import type { Pod } from "../../../src/model/api/pod.ts";
import type { World } from "../../../src/model/world.ts";
import { pod } from "../../translate/base.ts";
import { bare, plan, stepsOf, unitName, up, withUnit } from "../base.ts";

const APP = unitName("app");
const WEB = pod();
const TEXT = up(WEB).units.get(APP)?.text ?? "";
const COPY = { identity: up(WEB).units.get(APP)?.identity };

describe("the units of pods belong in another directory", () => {
  const directory = "/run/systemd/system";
  const world = (text = TEXT) => {
    const moved = withUnit(up(WEB), APP, { misplaced: true, text });
    return { ...moved, config: { ...moved.config, unitDirectory: directory } } as const;
  };

  test("a running container's unit is moved with its link, and not restarted", () => {
    expect(plan(world())).toEqual(["write-unit app", "link app", "reload"]);
    expect(stepsOf(world()).filter(({ kind }) => kind !== "reload")).toMatchObject([{ directory }, { directory }]);
  });

  test("an edit is put back there", () => {
    const edited = `${TEXT}MemoryMax=1M\n`;
    expect(plan(world(edited))).toEqual([
      `write-unit app [Warning Drift: Unit ${APP} was edited on the host; put back]`,
      ...["link app", "reload", "restart app"],
    ]);
  });
});

describe("a unit of which only the copy for the next boot is left", () => {
  const world = ({ complete, items }: { complete: boolean; items: readonly Pod[] }) => {
    const left = withUnit(bare(...items), APP, { ...COPY, linked: true, misplaced: true });
    return { ...left, pods: complete ? left.pods : { complete: false, items, because: "no answer" } } as World;
  };

  test("goes with its pod, so that no boot brings it back", () => {
    expect(plan(world({ complete: true, items: [] }))).toEqual(["unlink app"]);
    const unlinked = withUnit(world({ complete: true, items: [] }), APP, { linked: false });
    expect(plan(unlinked)).toEqual(["remove-unit app"]);
  });

  test("stays while the list is incomplete, and is not started", () => {
    expect(plan(world({ complete: false, items: [] }))).toEqual([]);
  });

  test("is written again while its pod is there", () => {
    expect(plan(world({ complete: true, items: [WEB] }))).toContain("start app");
  });
});

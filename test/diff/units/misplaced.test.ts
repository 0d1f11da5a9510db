import { describe, expect, test } from "vitest";
import { pod } from "../../translate/base.ts";
import { plan, stepsOf, unitName, up, withUnit } from "../base.ts";

const APP = unitName("app");
const WEB = pod();
const TEXT = up(WEB).units.get(APP)?.text ?? "";

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

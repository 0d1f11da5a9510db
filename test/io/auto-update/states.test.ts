import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type States = typeof import("../../../src/io/auto-update/states.ts");
type Pins = typeof import("../../../src/io/images/pins.ts");
type Node = typeof import("node:fs");

describe.skipIf(!canMount)("the states of updates", () => {
  test("are stored, and a damaged file counts as lost", async () => {
    const seen = await onEmptyHost(async (load) => {
      const states = await load<States>("src/io/auto-update/states.ts");
      const { writeFileSync } = await load<Node>("node:fs");
      const digest = `sha256:${"a".repeat(64)}`;
      const state = {
        ...{ kind: "Pod" as const, namespace: "default", name: "web" },
        containers: { main: { image: "registry.example/web:v1", digest, first: digest } },
      };
      states.writeAutoUpdateState(state);
      const files = states.autoUpdatePaths();
      const bad = [
        { ...state, containers: { main: { image: 1 } } },
        { ...state, name: "other" },
        null,
        { kind: "Pod" },
      ];
      for (const [at, each] of bad.entries())
        writeFileSync(`${states.AUTO_UPDATE_DIRECTORY}/${String(at).repeat(32)}.json`, JSON.stringify(each));
      const read = states.readAutoUpdateStates();
      states.removeAutoUpdateState(state);
      return { isSame: JSON.stringify(read) === JSON.stringify([state]), files, left: states.readAutoUpdateStates() };
    });
    expect(seen).toEqual({
      isSame: true,
      files: [
        "/var/lib/unitlet/auto-update",
        expect.stringMatching(/^\/var\/lib\/unitlet\/auto-update\/[0-9a-f]{32}\.json$/),
      ],
      left: [],
    });
  });

  test("keep the old and the new image while an update is under way", async () => {
    const seen = await onEmptyHost(async (load) => {
      const states = await load<States>("src/io/auto-update/states.ts");
      const { readPins } = await load<Pins>("src/io/images/pins.ts");
      const [first, to] = ["a", "b"].map((letter) => `sha256:${letter.repeat(64)}`) as [string, string];
      const state = {
        ...{ kind: "Pod" as const, namespace: "default", name: "web" },
        containers: { main: { image: "registry.example/web:v1", digest: to, first } },
      };
      const trial = {
        phase: "switch" as const,
        since: 0,
        from: { main: first },
        to: { main: to },
        restarts: 0,
        attempts: 1,
      };
      states.writeAutoUpdateState({ ...state, trial });
      const during = [...readPins()].toSorted();
      states.writeAutoUpdateState(state);
      return { during, after: [...readPins()] };
    });
    expect(seen).toEqual({
      during: ["a", "b"].map((letter) => `registry.example/web@sha256:${letter.repeat(64)}`),
      after: [],
    });
  });
});

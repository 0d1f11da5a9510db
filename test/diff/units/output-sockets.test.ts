import { expect, test } from "vitest";
import type { UnitName } from "../../../src/model/unit.ts";
import type { World } from "../../../src/model/world.ts";
import { outputSocket, outputSocketUID } from "../../../src/unitfile/names.ts";
import { pod } from "../../translate/base.ts";
import { bare, ended, incomplete, plan, up } from "../base.ts";

const WEB = pod();
const { uid } = WEB.metadata;
const SOCKET = outputSocket(uid, "setup") as UnitName;
const OTHER = outputSocket("9d4b5a4e-0000-4000-8000-000000000000", "setup") as UnitName;
const STOP = `stop ${SOCKET}`;
const REMOVED = ["kill-left slice", "stop slice", "remove-unit slice", "remove-unit app", "remove-pod"];

const held = (world: World, ...units: readonly UnitName[]): World => ({
  ...world,
  outputs: units.map((unit) => ({ unit, uid: outputSocketUID(unit) ?? "" })),
});
const gone = (world: World): World => ({ ...world, pods: { complete: true, items: [] } });

test.for<[string, World, string[]]>([
  ["of a pod that runs stays", held(up(WEB), SOCKET), []],
  ["of a pod that has not begun stays", held(bare(WEB), SOCKET), plan(bare(WEB))],
  [
    "is stopped when the pod's files are removed",
    held(gone(ended(up(WEB))), SOCKET, OTHER),
    ["kill-left slice", STOP, "stop slice", `stop ${OTHER}`, ...REMOVED.slice(2)],
  ],
  ["of a pod of which nothing else is left is stopped", held(gone(bare(WEB)), SOCKET), [STOP]],
  ["of a pod that an incomplete list lacks stays", held(incomplete(bare(WEB)), SOCKET), []],
])("the socket for a container's output %s", ([, world, expected]) => {
  expect(plan(world)).toEqual(expected);
});

test.for([
  ["unitlet-log@a-1.b-2.socket", "a-1"],
  ["unitlet-log@a-1.b-2.service", undefined],
  ["unitlet-log@.b.socket", undefined],
  ["unitlet-log@a.b.c.socket", undefined],
  ["unitlet-log@..b.socket", undefined],
] as const)("the UID of %s is %s", ([unit, uidOf]) => {
  expect(outputSocketUID(unit)).toBe(uidOf);
});

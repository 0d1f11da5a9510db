import { expect, test } from "vitest";
import { compareFootprints, parseFootprint, uidsOf } from "./footprint.ts";

const UID = "9d4b5a4e-0000-4000-8000-000000000000";
const BEFORE = `
== units
unitlet-sync.timer
unitlet-sync.service
== descriptors
anon_inode:[timerfd]
socket:[12]
== amounts
MatchRules 7
memory of PID 1 12220`;

const change = (...changes: readonly (readonly [string, string])[]) =>
  changes.reduce((text, [from, to]) => text.replace(from, to), BEFORE);

test.for([
  ["nothing", BEFORE, [], []],
  ["a run that is over", change(["unitlet-sync.service\n", ""]), [], []],
  ["a socket of PID 1", change(["socket:[12]", "socket:[12]\nsocket:[13]"]), [], []],
  [
    "a unit and the descriptor that it holds",
    change(
      ["unitlet-sync.timer", `unitlet-sync.timer\nunitlet-log@${UID}.init.socket`],
      ["socket:", `/run/unitlet/log/${UID}.init\nsocket:`],
    ),
    [`units: unitlet-log@${UID}.init.socket`, "descriptors: /run/unitlet/log/NdNbNaNe-N-N-N-N.init"],
    [],
  ],
  [
    "a second descriptor of one kind",
    change(["socket:", "anon_inode:[timerfd]\nsocket:"]),
    ["descriptors: anon_inode:[timerfd]"],
    [],
  ],
  [
    "PID 1 with other arguments",
    `${BEFORE}\n== processes\nsystemd         /lib/systemd/systemd --system --deserialize=30`,
    [],
    [],
  ],
  ["a match of the bus in the noise", change(["MatchRules 7", "MatchRules 9"]), [], []],
  ["three matches of the bus", change(["MatchRules 7", "MatchRules 10"]), [], ["MatchRules"]],
  ["memory", change(["1 12220", "1 99999"]), [], ["memory of PID 1"]],
] as const)("a comparison finds %s", ([, after, left, tooMuch]) => {
  const found = compareFootprints(parseFootprint(BEFORE), parseFootprint(after));
  const grown = found.amounts.filter(({ isTooMuch }) => isTooMuch).map(({ name }) => name);
  expect([found.left, grown]).toEqual([left, tooMuch]);
});

test("a comparison names what is gone", () => {
  const after = change(["unitlet-sync.timer\n", ""]);
  expect(compareFootprints(parseFootprint(BEFORE), parseFootprint(after)).gone).toEqual(["units: unitlet-sync.timer"]);
});

test("the pods of a footprint are found in directories, slices and sockets", () => {
  const other = UID.replace("9", "8");
  const lines = `== units\nunitlet-besteffort-pod${UID.replaceAll("-", "_")}.slice\n/run/unitlet/pods/${other}/x`;
  expect([...uidsOf(parseFootprint(lines))]).toEqual([UID, other]);
});

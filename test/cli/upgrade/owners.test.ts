import { expect, test } from "vitest";
import { otherWriter, trustedUsers } from "../../../src/cli/upgrade/owners.ts";

const ADMIN = trustedUsers({ SUDO_UID: "1000", SUDO_GID: "1000" });
const FILE = 0o100644;
const DIRECTORY = 0o040755;

test("root trusts itself, and the user and group of sudo", () => {
  expect(ADMIN).toEqual({ users: [0, 1000], groups: [0, 1000] });
  expect(trustedUsers({ SUDO_UID: "x" })).toEqual({ users: [0], groups: [0] });
});

test.each([
  ["a file of root", { uid: 0, gid: 0, mode: FILE }],
  ["a file of the caller", { uid: 1000, gid: 1000, mode: FILE }],
  ["a file that the caller's own group may write", { uid: 1000, gid: 1000, mode: FILE | 0o020 }],
  ["a directory of the caller", { uid: 1000, gid: 100, mode: DIRECTORY }],
  ["/tmp", { uid: 0, gid: 0, mode: 0o041777 }],
])("nobody else changes %s", (_, stats) => {
  expect(otherWriter(stats, ADMIN)).toBeUndefined();
});

test.each([
  ["a file of another user", { uid: 33, gid: 33, mode: FILE }, "user 33 owns it"],
  ["a sticky directory of another user", { uid: 33, gid: 33, mode: 0o041755 }, "user 33 owns it"],
  ["a file for all", { uid: 0, gid: 0, mode: FILE | 0o002 }, "every user can write to it"],
  ["a file with the bit of a sticky directory", { uid: 0, gid: 0, mode: 0o101666 }, "every user can write to it"],
  ["a directory for a group", { uid: 0, gid: 100, mode: DIRECTORY | 0o020 }, "group 100 can write to it"],
])("another user changes %s", (_, stats, because) => {
  expect(otherWriter(stats, ADMIN)).toBe(because);
});

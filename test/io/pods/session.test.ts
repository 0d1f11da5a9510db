import { expect, test } from "vitest";
import { membersOf } from "../../../src/io/pods/session.ts";

const ALL = [
  { pid: 40, parent: 31, session: 31 },
  { pid: 10, parent: 1, session: 10 },
  { pid: 20, parent: 10, session: 20 },
  { pid: 21, parent: 20, session: 20 },
  { pid: 22, parent: 1, session: 20 },
  { pid: 30, parent: 21, session: 20 },
  { pid: 31, parent: 30, session: 31 },
  { pid: 50, parent: 1, session: 50 },
];
const pids = (sessions: Set<number>) =>
  membersOf(sessions, ALL)
    .map(({ pid }) => pid)
    .toSorted();

test("a session, its descendants in other sessions, and no other process", () => {
  const sessions = new Set([20]);
  expect(pids(sessions)).toEqual([20, 21, 22, 30, 31, 40]);
  expect([...sessions]).toEqual([20, 31]);
});

test("known sessions stay when their parent is gone", () => {
  expect(pids(new Set([20, 50]))).toContain(50);
});

test("a session that is over has no process", () => {
  expect(pids(new Set([99]))).toEqual([]);
});

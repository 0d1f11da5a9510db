import { expect, test } from "vitest";
import { type RecordedEvent, recordEvent } from "../../../src/io/kube/event-recorder.ts";

const recorded = (count: number): RecordedEvent => ({ name: `web.${count}`, count, occurrence: `${count}` });

test("a repeated Event is remembered once, with its last count", () => {
  const before = { first: recorded(1), second: recorded(2) };
  expect(Object.entries(recordEvent(before, "first", recorded(3)))).toEqual([
    ["second", recorded(2)],
    ["first", recorded(3)],
  ]);
});

test("words that are new each time do not fill the memory", () => {
  let all = {};
  for (let at = 0; at < 250; at += 1) all = recordEvent(all, `key-${at}`, recorded(at));
  expect(Object.keys(all)).toEqual(Array.from({ length: 100 }, (_, at) => `key-${at + 150}`));
});

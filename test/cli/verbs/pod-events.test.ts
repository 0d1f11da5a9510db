import { expect, test } from "vitest";
import { eventsOf } from "../../../src/cli/verbs/pod-events.ts";
import { formatFields } from "../../../src/log.ts";

function line(at: number, pod: string, reason: string, more: object = {}): string {
  const MESSAGE = formatFields("event", { pod, reason, message: 'it "is" so' });
  return JSON.stringify({ MESSAGE, PRIORITY: "5", __REALTIME_TIMESTAMP: String(at * 1000), ...more });
}

test("the Events of one pod, equal ones counted", () => {
  const journal = [
    line(1, "default/web", "Started"),
    line(2, "default/web", "BackOff", { PRIORITY: "4" }),
    line(3, "default/other", "Started"),
    line(4, "default/web", "Started"),
    line(5, "default/web", "x", { MESSAGE: "workload workload=x pod=default/web" }),
    line(6, "default/web", "x", { MESSAGE: [1, 2] }),
  ].join("\n");
  const message = 'it "is" so';
  expect(eventsOf(`${journal}\n`, "default/web")).toEqual([
    { type: "Warning", reason: "BackOff", message, first: 2, last: 2, count: 1 },
    { type: "Normal", reason: "Started", message, first: 1, last: 4, count: 2 },
  ]);
});

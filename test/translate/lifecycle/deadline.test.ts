import { expect, test } from "vitest";
import type { PodStatus } from "../../../src/model/api/pod.ts";
import { toTimestamp } from "../../../src/model/api/time.ts";
import { deadlineExceeded } from "../../../src/translate/lifecycle/deadline.ts";
import { NOW, pod } from "../base.ts";

const running = (seconds: number): PodStatus => ({ phase: "Running", startTime: toTimestamp(NOW - seconds * 1000) });
const active = (status: PodStatus) => ({ ...pod({ activeDeadlineSeconds: 60 }), status });

test("a pod that has been active for longer than it may is ended with the kubelet's words", () => {
  const of = active(running(61));
  expect(deadlineExceeded([of], NOW).get(of.metadata.uid)).toMatchObject({
    reason: "DeadlineExceeded",
    message: "Pod was active on the node longer than the specified deadline",
    ended: { immediate: false },
  });
});

test.each([
  ["its time is not over", active(running(59))],
  ["it has ended", active({ ...running(99), phase: "Succeeded" })],
  ["it has not begun", active({})],
  ["it has no deadline", { ...pod(), status: running(99) }],
])("not while %s", (_, of) => {
  expect(deadlineExceeded([of], NOW).size).toBe(0);
});

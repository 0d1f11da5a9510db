import type { Pod } from "../../model/api/pod.ts";
import type { Instant } from "../../model/api/time.ts";
import type { Step } from "../../model/step.ts";

/** Schedules a run for the end of activeDeadlineSeconds when the pod is started, so that no run has to poll for it. */
export function scheduleDeadline({ metadata, spec }: Pod, steps: readonly Step[], now: Instant): Step[] {
  const { activeDeadlineSeconds: seconds } = spec;
  if (seconds === undefined || !steps.some(({ kind }) => kind === "start")) return [];
  const at = Math.ceil(now / 1000 + seconds) * 1000;
  return [{ kind: "schedule-run", uid: metadata.uid, at, because: "the pod has an activeDeadlineSeconds" }];
}

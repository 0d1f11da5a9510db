import type { Pod, PodCondition, PodSpec, PodStatus } from "../../src/model/api/pod.ts";
import { type PodReport, reportPod } from "../../src/report/pod-status.ts";
import {
  ago,
  DEAD,
  exit,
  invocation,
  NOW,
  NOW_TEXT,
  past,
  pod,
  RUNNING,
  runnable,
  SUCCESS,
  unit,
  world,
} from "./base.ts";

export function report(change: Partial<PodReport> = {}): PodStatus {
  return reportPod({ translation: runnable(), world: world([]), previous: undefined, now: NOW, ...change });
}

export const running = world([unit("app", RUNNING, 1)], {
  app: past([], { started: { at: ago(60), invocation: invocation(1) } }),
});
export const crashed = world([unit("app", DEAD)], { app: past([exit(1, 5)]) });
export const succeeded = world([unit("app", DEAD)], { app: past([exit(1, 5, SUCCESS)]) });
export const deleted = (spec: Partial<PodSpec> = {}): Pod => pod(spec, { deletionTimestamp: NOW_TEXT });
export const never = (metadata: Partial<Pod["metadata"]> = {}) => runnable(pod({ restartPolicy: "Never" }, metadata));

export const condition = (type: string, change: Partial<PodCondition> = {}): PodCondition => ({
  type,
  observedGeneration: 1,
  status: "True",
  lastProbeTime: null,
  lastTransitionTime: NOW_TEXT,
  ...change,
});
export const addresses = {
  hostIP: "192.0.2.7",
  hostIPs: [{ ip: "192.0.2.7" }],
  podIP: "192.0.2.7",
  podIPs: [{ ip: "192.0.2.7" }],
};
export const phaseOf = ({ phase, reason, message }: PodStatus) => ({ phase, reason, message });

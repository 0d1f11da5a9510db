import type { ContainerStatus, Pod } from "../model/api/pod.ts";
import { type Instant, toTimestamp } from "../model/api/time.ts";
import type { Statuses } from "./phase.ts";
import { notLocated } from "./terminated.ts";

/**
 * Returns the statuses that a pod has for good (`status/status_manager.go: TerminatePod`, v1.36). A container that
 * should have run and has no record counts as failed. Containers that never started because an init container failed
 * stay waiting.
 */
export function finalStatus(pod: Pod, { init, main }: Statuses, now: Instant): Statuses {
  const at = toTimestamp(now);
  const tried = Math.max(1, init.findLastIndex(wasTried) + 1);
  return {
    init: init.map((status, i) => (i < tried ? close(status, at) : status)),
    main: wasInitialized(pod, { init, main }) ? main.map((status) => close(status, at)) : main,
  };
}

function wasTried({ state, lastState }: ContainerStatus): boolean {
  return state.waiting === undefined || lastState.terminated !== undefined;
}

function wasInitialized(pod: Pod, { init, main }: Statuses): boolean {
  if ((pod.spec.initContainers?.length ?? 0) === 0 || main.some(wasTried)) return true;
  const last = init.at(-1);
  return last?.state.terminated?.exitCode === 0 || last?.lastState.terminated?.exitCode === 0;
}

function close(status: ContainerStatus, at: string): ContainerStatus {
  if (status.state.terminated !== undefined) return status;
  return {
    ...status,
    state: { terminated: notLocated(status.state.running?.startedAt ?? at, at) },
    ready: false,
    started: false,
  };
}

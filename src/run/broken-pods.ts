import { reportProblem } from "../io/problems.ts";
import { BusError } from "../io/systemd/bus.ts";
import type { Log } from "../log.ts";
import type { PodEvent } from "../model/api/event.ts";
import { namespacedName } from "../model/api/namespaced-name.ts";
import type { Pod } from "../model/api/pod.ts";
import type { BrokenPod, PodList } from "../model/world.ts";
import { type Broken, contain } from "./contain.ts";

/**
 * Returns what `attempt` makes of the pods. Pods with which it throws are left out, and are in the list as broken. Throws
 * BusError, and the error of `attempt` when it is not due to single pods. `isTrial` says that the result is not used.
 */
export async function withoutBrokenPods<Result>(
  listed: PodList,
  attempt: (pods: PodList, isTrial: boolean) => Promise<Result>,
): Promise<Result> {
  const work = (items: readonly Pod[], broken: readonly Broken<Pod>[]) =>
    attempt(listOf(listed, items, broken), items.length + broken.length < listed.items.length);
  const { result } = await contain(listed.items, work, (error) => error instanceof BusError);
  return result;
}

function listOf(listed: PodList, items: readonly Pod[], broken: readonly Broken<Pod>[]): PodList {
  if (broken.length > 0) {
    const stubs = broken.flatMap(({ item }) => endingStub(item) ?? []);
    const rest = broken.filter(({ item }) => endingStub(item) === undefined);
    return { ...listed, items: [...items, ...stubs], broken: rest.map(toBrokenPod) };
  }
  // The references of the other pods must not be removed while the cause is searched for.
  return items.length === listed.items.length ? listed : { complete: false, items, because: "these are not all pods" };
}

/**
 * Returns a pod of which a run can still end and delete everything, in place of a broken one that has ended or is being
 * deleted; undefined for other pods, which stay as they are.
 */
function endingStub({ metadata, status }: Pod): Pod | undefined {
  const hasEnded = status?.phase === "Failed" || status?.phase === "Succeeded";
  if (metadata.deletionTimestamp === undefined && !hasEnded) return undefined;
  return { metadata, spec: { containers: [] }, status: { phase: hasEnded ? status.phase : "Failed" } };
}

export function toBrokenPod({ item, error }: Broken<Pod>): BrokenPod {
  return { pod: item, because: error.message };
}

/** Logs once which pods are broken, and once when none is any more. Returns an Event for each. */
export function reportBrokenPods(broken: readonly BrokenPod[], log: Log): readonly PodEvent[] {
  const lines = broken.map(({ pod, because }) => `${namespacedName(pod.metadata)}: ${because}`);
  reportProblem(log, "pods", lines.length === 0 ? undefined : lines.join("; "));
  return broken.map(({ pod, because }) => {
    const message = `Error syncing pod, skipping: ${because}`;
    return { pod, type: "Warning", reason: "FailedSync", message, occurrence: message };
  });
}

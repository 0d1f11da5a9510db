import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "../io/kube/api-error.ts";
import type { ApiClient } from "../io/kube/http.ts";
import { Kube } from "../io/kube/kube.ts";
import { requestSync } from "../io/systemd/sync-trigger.ts";
import { namespacedName } from "../model/api/namespaced-name.ts";
import { isTerminal } from "../model/api/phase.ts";
import type { Pod } from "../model/api/pod.ts";
import { isMirrorPod } from "../model/static-pod.ts";
import { CliError } from "./failure.ts";
import type { Progress } from "./progress.ts";

const POLL_INTERVAL_MS = 1000;

interface Owned {
  readonly metadata: Pod["metadata"] & { readonly ownerReferences?: readonly { readonly kind: string }[] };
  readonly status?: { readonly phase?: string };
}

/**
 * Does what `kubectl drain` does: makes the node unschedulable and evicts its pods, which a PodDisruptionBudget may
 * delay. Pods of DaemonSets and mirror pods stay, because they would be replaced at once. Throws ApiError, and CliError
 * after `timeout` ms.
 */
export async function drain(api: ApiClient, nodeName: string, timeout: number, progress: Progress): Promise<void> {
  const kube = new Kube(api, nodeName);
  await kube.patchNode({ spec: { unschedulable: true } });
  const end = Date.now() + timeout;
  const announced = new Set<string>();
  for (;;) {
    const pods = await podsToEnd(kube);
    if (pods.length === 0) return;
    const waiting: WaitingPod[] = [];
    for (const pod of pods) {
      const name = namespacedName(pod.metadata);
      if (!announced.has(name)) progress.done("evicting", `Ending pod ${name}.`, { pod: name });
      announced.add(name);
      const held = pod.metadata.deletionTimestamp === undefined ? await evict(api, pod) : undefined;
      waiting.push({ pod: name, ...held });
    }
    showWaiting(progress, announced.size, waiting);
    if (Date.now() > end)
      throw new CliError(`${pods.length} pods have not ended within ${timeout / 1000} s: ${describeWaiting(waiting)}`);
    // A run ends the evicted pods, and removes those that have ended.
    requestSync();
    await sleep(POLL_INTERVAL_MS);
  }
}

/** A pod that has not ended; without a reason it is ending. */
export interface WaitingPod {
  readonly pod: string;
  readonly reason?: string;
  readonly message?: string;
}

function showWaiting(progress: Progress, total: number, waiting: readonly WaitingPod[]): void {
  const done = total - waiting.length;
  const text = `${done} of ${total} pods have ended. Waiting: ${describeWaiting(waiting)}`;
  progress.state("waiting", text, { done, total, waiting });
}

/** Names the pods, those that a PodDisruptionBudget holds first and with the reason. */
export function describeWaiting(waiting: readonly WaitingPod[]): string {
  const held = waiting.filter(({ reason }) => reason !== undefined);
  const ending = waiting.filter(({ reason }) => reason === undefined);
  return [
    ...held.map(({ pod, reason, message }) => `${pod} (${reason}: ${message})`),
    ...ending.map(({ pod }) => `${pod} (ending)`),
  ].join(", ");
}

async function podsToEnd(kube: Kube): Promise<readonly Owned[]> {
  const { items } = JSON.parse((await kube.listPods()).toString()) as { items: readonly Owned[] | null };
  return (items ?? []).filter(isToEnd);
}

/** True for a pod that leaving the cluster waits for. */
export function isToEnd({ metadata, status }: Owned): boolean {
  return (
    // A deleted pod counts until a run has removed it, because no run does so after leaving.
    (metadata.deletionTimestamp !== undefined || !isTerminal(status?.phase)) &&
    !(metadata.ownerReferences ?? []).some(({ kind }) => kind === "DaemonSet") &&
    !isMirrorPod({ metadata })
  );
}

/** Returns why the pod cannot be evicted yet; undefined when it is evicted or gone. */
async function evict(
  api: ApiClient,
  { metadata: { namespace, name, uid } }: Owned,
): Promise<Pick<WaitingPod, "reason" | "message"> | undefined> {
  const body = {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { namespace, name },
    deleteOptions: { preconditions: { uid } },
  };
  try {
    await api.call({ method: "POST", path: `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, body });
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 404 || error.status === 409) return undefined;
    if (error.status === 429) return { reason: heldBy(error), message: error.message };
    throw error;
  }
}

/** The API server also answers 429 when it is busy. */
function heldBy({ message }: ApiError): string {
  return /disruption budget/.test(message) ? "PodDisruptionBudget" : "TooManyRequests";
}

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
export async function drain(
  api: ApiClient,
  nodeName: string,
  timeout: number,
  say: (line: string) => void,
): Promise<void> {
  const kube = new Kube(api, nodeName);
  await kube.patchNode({ spec: { unschedulable: true } });
  const end = Date.now() + timeout;
  const announced = new Set<string>();
  for (;;) {
    const pods = await podsToEnd(kube);
    if (pods.length === 0) return;
    let held = "";
    for (const pod of pods) {
      const name = namespacedName(pod.metadata);
      if (!announced.has(name)) say(`Ending pod ${name}.`);
      announced.add(name);
      if (pod.metadata.deletionTimestamp === undefined) held = (await evict(api, pod)) ?? held;
    }
    if (Date.now() > end)
      throw new CliError(`${pods.length} pods have not ended within ${timeout / 1000} s${held ? `: ${held}` : ""}`);
    // A run ends the evicted pods, and removes those that have ended.
    requestSync();
    await sleep(POLL_INTERVAL_MS);
  }
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
async function evict(api: ApiClient, { metadata: { namespace, name, uid } }: Owned): Promise<string | undefined> {
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
    if (error.status === 429) return error.message;
    throw error;
  }
}

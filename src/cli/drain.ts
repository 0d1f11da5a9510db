import { setTimeout as sleep } from "node:timers/promises";
import { type ApiClient, ApiError } from "../io/kube/http.ts";
import { Kube } from "../io/kube/kube.ts";
import { requestSync } from "../io/systemd/sync-trigger.ts";
import { isTerminal } from "../model/api/phase.ts";
import type { Pod } from "../model/api/pod.ts";
import { CliError } from "./failure.ts";

const POLL_INTERVAL_MS = 1000;

interface Owned {
  readonly metadata: Pod["metadata"] & { readonly ownerReferences?: readonly { readonly kind: string }[] };
  readonly status?: { readonly phase?: string };
}

/**
 * As kubectl drain: no new pods, and each one here evicted, which a PodDisruptionBudget may put off. A DaemonSet's would
 * come back at once: they end with the node. A node may do both for itself. Throws ApiError, Failure.
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
  const told = new Set<string>();
  for (;;) {
    const pods = await podsToEnd(kube);
    if (pods.length === 0) return;
    let held = "";
    for (const pod of pods) {
      const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
      if (!told.has(name)) say(`Ending pod ${name}.`);
      told.add(name);
      if (pod.metadata.deletionTimestamp === undefined) held = (await evict(api, pod)) ?? held;
    }
    if (Date.now() > end)
      throw new CliError(`${pods.length} pods have not ended within ${timeout / 1000} s${held ? `: ${held}` : ""}`);
    // A run sees at once what is to end, and what has ended.
    requestSync();
    await sleep(POLL_INTERVAL_MS);
  }
}

async function podsToEnd(kube: Kube): Promise<readonly Owned[]> {
  const { items } = JSON.parse((await kube.listPods()).toString()) as { items: readonly Owned[] | null };
  return (items ?? []).filter(
    ({ metadata, status }) =>
      // Until a run has removed it: nobody does it later.
      (metadata.deletionTimestamp !== undefined || !isTerminal(status?.phase)) &&
      !(metadata.ownerReferences ?? []).some(({ kind }) => kind === "DaemonSet"),
  );
}

/** Why not now; undefined when it is on its way. */
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

import type { Cluster } from "../../support/cluster.ts";
import { until } from "../../support/until.ts";

/** Waits until the API server enforces a new role: it loads roles and bindings a moment after it has accepted them. */
export async function untilAllowed(cluster: Cluster, request: readonly string[]): Promise<void> {
  const answer = () => cluster.kubectl(["auth", "can-i", ...request]);
  await until(async () => (await answer()).trim() === "yes", { what: `the right to ${request.join(" ")}` });
}

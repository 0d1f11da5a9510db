import type { Cluster } from "./cluster.ts";

/**
 * Deletes the node and the pods that an earlier run with UNITLET_KEEP=1, or the same test on the other kind of machine,
 * has left in the control plane.
 */
export async function deleteKeptNode(cluster: Cluster, name: string): Promise<void> {
  if (process.env.UNITLET_KEEP !== "1" && process.env.UNITLET_TEST_MACHINE === undefined) return;
  const all = await cluster.kubectl(["get", "namespaces", "-o", "name"]);
  const old = all.split("\n").filter((each) => new RegExp(`^namespace/${name}-[0-9a-f]{6}$`).test(each));
  if (old.length > 0) await cluster.kubectl(["delete", "--wait=false", ...old]);
  await cluster.kubectl(["delete", "node", name, "--ignore-not-found"]);
  await cluster.kubectl([
    "delete",
    "pods",
    "-A",
    `--field-selector=spec.nodeName=${name}`,
    "--force",
    "--grace-period=0",
    "--wait=false",
  ]);
}

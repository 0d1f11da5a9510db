import type { Node } from "../../support/node.ts";
import { OPEN_POLICY } from "../../support/open-policy.ts";

/** Opens the policy of a node that has joined with the strict one. */
export async function openPolicy(node: Node): Promise<void> {
  const lines = Object.entries(OPEN_POLICY).map(([key, value]) => `${key} = ${value}\n`);
  await node.machine.write("/etc/unitlet/unitlet.conf.d/99-open-policy.conf", lines.join(""));
  // A run that has begun before would reject the pods that come next.
  await node.sync();
}

import type { V1Pod } from "@kubernetes/client-node";
import type { Node } from "../../support/node.ts";

/** Why a container's image cannot be pulled: of ErrImagePull, which lasts for seconds, or of the pause that follows it. */
export async function pullFailure(node: Node, name: string, timeout = 60_000): Promise<string> {
  const find = (seen: V1Pod | undefined) => seen?.status?.containerStatuses?.[0]?.state?.waiting;
  const isFailure = (reason = "") => ["ErrImagePull", "ImagePullBackOff"].includes(reason);
  const waiting = await node.until(name, (seen) => isFailure(find(seen)?.reason) && find(seen), { timeout });
  return (waiting.message ?? "").replace(/^Back-off pulling image ".*?": ErrImagePull: /, "");
}

/** Waits until nothing of a pull is left: a failure is reported before its files are removed. */
export async function noLeftover(node: Node, image: string): Promise<void> {
  const poll = async () => !(await node.exec("ls -A /var/lib/unitlet/images/tmp")).stdout.includes(`${image}_`);
  await node.machine.until(poll, { what: `the pull of ${image} to be cleared away` });
}

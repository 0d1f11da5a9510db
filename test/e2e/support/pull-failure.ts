import type { V1Pod } from "@kubernetes/client-node";
import type { Node } from "../../support/node.ts";

/** Waits for the message of a failed pull, from ErrImagePull, which lasts for seconds, or from ImagePullBackOff after it. */
export async function pullFailure(node: Node, name: string, timeout?: number): Promise<string> {
  const find = (seen: V1Pod | undefined) => seen?.status?.containerStatuses?.[0]?.state?.waiting;
  const isFailure = (reason = "") => ["ErrImagePull", "ImagePullBackOff"].includes(reason);
  const waiting = await node.until(name, (seen) => isFailure(find(seen)?.reason) && find(seen), {
    ...(timeout !== undefined && { timeout }),
  });
  return (waiting.message ?? "").replace(/^Back-off pulling image ".*?": ErrImagePull: /, "");
}

/** Waits until the files of a pull are removed, which happens after the failure is reported. */
export async function noLeftover(node: Node, image: string): Promise<void> {
  const poll = async () => !(await node.exec("ls -A /var/lib/unitlet/images/tmp")).stdout.includes(`${image}_`);
  await node.machine.until(poll, { what: `the pull of ${image} to be cleared away` });
}

import type { Node } from "../support/node.ts";

/** Why a container's image cannot be pulled: of ErrImagePull, which lasts for seconds, or of the pause that follows it. */
export async function pullFailure(node: Node, name: string): Promise<string> {
  const reasons = ["ErrImagePull", "ImagePullBackOff"];
  const { state } = await node.container(name, (seen) => reasons.includes(seen.state?.waiting?.reason ?? ""));
  return (state?.waiting?.message ?? "").replace(/^Back-off pulling image ".*?": ErrImagePull: /, "");
}

/** Waits until nothing of a pull is left; what failed is told before it is cleared away. */
export async function noLeftover(node: Node, image: string): Promise<void> {
  const look = async () => !(await node.exec("ls -A /var/lib/unitlet/images/tmp")).stdout.includes(`${image}_`);
  await node.machine.until(look, { what: `the pull of ${image} to be cleared away` });
}

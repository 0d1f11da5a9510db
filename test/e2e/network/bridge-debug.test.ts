import { afterAll, beforeAll, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { ImageNode } from "../support/image-node.ts";
import { kubectl } from "../support/kubectl.ts";
import { pod, SLEEP } from "../support/manifests.ts";

let node: Node;
let image: string;

beforeAll(async () => {
  const images = await ImageNode.start("bridge-debug", { settings: { podNetwork: "bridge" } });
  ({ node } = images);
  image = await images.pushBusybox();
});

afterAll(() => node[Symbol.asyncDispose]());

test("an ephemeral container on an image enters the network of a pod on the host's files, which goes on", async () => {
  await node.run(pod(node, "plain", SLEEP));
  const { status } = await node.until("plain", (seen) => seen?.status?.podIP && seen);
  await node.container("plain", ({ state }) => state?.running);
  const mounted = await node.exec("grep -o 'sandbox/[a-z]*' /proc/self/mountinfo");
  expect(mounted.stdout).toBe("sandbox/net\n");
  const before = await node.invocation("plain");
  const script = "hostname; ip -o -4 addr show dev eth0 | grep -o 'inet [0-9.]*'; stat -f -c %T /dev/shm; ls /dev/shm";
  const flags = ["--container=look", `--image=${image}`, "--", "sh", "-c", script];
  expect(await kubectl(node, ["debug", "plain", ...flags])).toMatchObject({ code: 0 });
  await node.sync();
  const state = await node.until(
    "plain",
    (seen) => seen?.status?.ephemeralContainerStatuses?.find(({ state }) => state?.terminated)?.state?.terminated,
  );
  expect(state).toMatchObject({ exitCode: 0 });
  expect(await node.log("plain", "look")).toBe(`plain\ninet ${status?.podIP}\ntmpfs\n`);
  expect(await node.invocation("plain")).toBe(before);
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";
import { busybox, Registry } from "../support/registry.ts";
import { pod } from "./manifests.ts";

let node: Node;
let registry: Registry;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "images", { ownDisk: true });
  registry = await Registry.start(node.machine);
  const config = { Cmd: ["sh", "-c", "echo started; exec sleep 1000"], Env: ["PATH=/bin", "FROM_IMAGE=yes"] };
  await registry.push("busybox:1", { layers: [await busybox()], config });
});

afterAll(() => node[Symbol.asyncDispose]());

const BUSYBOX = "127.0.0.1:5000/busybox:1";

test("a pod of an image runs", async () => {
  await node.run(pod(node, "first", { image: BUSYBOX }));
  const status = await node.container("first", ({ state }) => state?.running);
  expect(status).toMatchObject({
    image: BUSYBOX,
    imageID: expect.stringMatching(/^127\.0\.0\.1:5000\/busybox@sha256:[0-9a-f]{64}$/),
    ready: true,
  });
  expect(await node.log("first")).toBe("started\n");
});

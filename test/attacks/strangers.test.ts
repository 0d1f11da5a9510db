import { request } from "node:https";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installServingCertificate } from "../e2e/support/kubelet-client.ts";
import { pod, shell } from "../e2e/support/manifests.ts";
import { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "attack-strangers");
  await installServingCertificate(node);
  await node.run(pod(node, "talks", shell("echo hello; exec sleep infinity")));
  await node.container("talks", ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

/** Returns the status of a request with a bearer token that nobody knows; 0 when the connection was closed. */
function requestWithToken(token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const options = { host: node.machine.address, port: 10250, path: "/pods", headers, rejectUnauthorized: false };
  return new Promise((resolve) => {
    const sent = request({ ...options, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on("error", () => resolve(0));
    sent.end();
  });
}

/** Returns how many TokenReviews the API server has answered. */
async function tokenReviews(): Promise<number> {
  const metrics = await node.cluster.kubectl(["get", "--raw", "/metrics"]);
  const lines = metrics.split("\n").filter((line) => /^apiserver_request_total\{.*resource="tokenreviews"/.test(line));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

test("600 connections without credentials, from the API server's own address, keep nobody from the port", async () => {
  const strangers = Array.from({ length: 600 }, (): Socket => {
    const socket = connect(10250, node.machine.address);
    socket.on("error", () => undefined);
    return socket;
  });
  expect(await node.kubectl("logs", "talks")).toBe("hello\n");
  for (const socket of strangers) socket.destroy();
});

test("300 unknown tokens cost the API server few TokenReviews, and let nobody in", async () => {
  const before = await tokenReviews();
  const begun = performance.now();
  const tokens = Array.from({ length: 300 }, (_, at) => `unknown-${at}`);
  const statuses = await Promise.all(tokens.map(requestWithToken));
  const seconds = (performance.now() - begun) / 1000;
  expect(statuses.filter((status) => status === 200)).toEqual([]);
  // 20 at once and two each second for this address, and some of other nodes meanwhile.
  expect((await tokenReviews()) - before).toBeLessThan(20 + 2 * seconds + 40);
  expect(await node.kubectl("logs", "talks")).toBe("hello\n");
});

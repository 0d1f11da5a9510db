import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { MetricsServer } from "../../support/metrics-server.ts";
import { Node } from "../../support/node.ts";
import { installServingCertificate } from "../support/kubelet-client.ts";
import { pod, shell } from "../support/manifests.ts";

/** A build from nothing takes minutes. */
const FIRST_TIME = 600_000;

let node: Node;
let server: MetricsServer;

beforeAll(async () => {
  const cluster = await Cluster.up();
  node = await Node.join(cluster, "top");
  await installServingCertificate(node);
  await node.run(
    pod(node, "busy", [
      { name: "one", ...shell("while :; do :; done") },
      { name: "two", command: ["sleep", "infinity"] },
    ]),
  );
  await node.container("busy", ({ ready }) => ready, "one");
  server = await MetricsServer.start(cluster);
}, FIRST_TIME);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await node[Symbol.asyncDispose]();
});

/** Cells of each line, once there are as many lines. */
async function top(...args: string[]): Promise<string[][]> {
  const poll = async (): Promise<[boolean, unknown]> => {
    const text = await node
      .kubectl("top", ...args, "--no-headers")
      .catch((error: Error) => `${error.message}\n${server.said}`);
    const rows = text
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/ +/));
    return [rows[0]?.some((cell) => /^\d+m$/.test(cell)) === true, rows];
  };
  const [, rows] = await node.machine.until(poll, { what: "figures of metrics-server", timeout: 200_000, every: 1000 });
  return rows as string[][];
}

test("kubectl top pods --containers, by the real metrics-server", async () => {
  const rows = await top("pods", "--containers");
  expect(rows.map(([name, container]) => [name, container])).toEqual([
    ["busy", "one"],
    ["busy", "two"],
  ]);
});

test("kubectl top pods, and top node", async () => {
  const [[name, cpu, memory] = []] = await top("pods");
  expect([name, Number.parseInt(cpu ?? "", 10)]).toEqual([
    "busy",
    // As much as a busy computer leaves it.
    expect.toSatisfy((millicores: number) => millicores > 10),
  ]);
  expect(memory).toMatch(/^\d+Mi$/);
  const [[host, used, share, bytes] = []] = await top("node", node.name);
  expect([host, used, share, bytes]).toEqual([
    node.name,
    expect.stringMatching(/^\d+m$/),
    expect.stringMatching(/^\d+%$/),
    expect.stringMatching(/^\d+Mi$/),
  ]);
});

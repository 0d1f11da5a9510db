import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Cluster } from "../support/cluster.ts";
import { FaultProxy } from "../support/fault-proxy.ts";

let cluster: Cluster;
let proxy: FaultProxy;
let directory: string;
let kubeconfig: string;

beforeAll(async () => {
  cluster = await Cluster.up();
  proxy = await FaultProxy.start(cluster);
  directory = await mkdtemp(join(tmpdir(), "unitlet-kubeconfig-"));
  kubeconfig = join(directory, "kubeconfig");
  await writeFile(
    kubeconfig,
    await cluster.nodeKubeconfig("node-21", { token: true, server: proxy.urlFor("127.0.0.1") }),
  );
});

afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

beforeEach(() => proxy.clear());

function get(path: string, ...flags: string[]): Promise<string> {
  return cluster.kubectl(["--kubeconfig", kubeconfig, "get", "--raw", path, ...flags]);
}

const services = "/api/v1/services?limit=500";

test("it passes on what is asked, as the node that asks, and records it", async () => {
  const list = await get(services);
  expect(JSON.parse(list).kind).toBe("ServiceList");
  expect(proxy.requests).toEqual([{ method: "GET", path: services, status: 200, bytes: Buffer.byteLength(list) }]);
  await expect(get("/api/v1/secrets")).rejects.toThrow(/Forbidden.*node-21/);
});

test("it answers by itself, for the requests that a rule picks", async () => {
  proxy.on(({ path }) =>
    path.startsWith("/api/v1/services") ? { status: 503, body: { message: "no luck" } } : undefined,
  );
  await expect(get(services)).rejects.toThrow(/ServiceUnavailable|no luck|currently unable/);
  expect(await get("/version")).toContain(`v${process.env.UNITLET_TEST_KUBERNETES ?? "1.36"}`);
});

test("it passes a request on and loses the answer", async () => {
  const name = `lost-${process.pid}`;
  const create = JSON.stringify({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace: "default" },
    involvedObject: {},
  });
  proxy.on(({ method }) => (method === "POST" ? { loseAnswer: true } : undefined));
  const flags = ["--kubeconfig", kubeconfig, "create", "--validate=false", "-f", "-"];
  await expect(cluster.kubectl(flags, { stdin: create })).rejects.toThrow(/EOF|reset/);
  expect(await cluster.kubectl(["get", "events", name, "-o", "jsonpath={.metadata.name}"])).toBe(name);
  await cluster.kubectl(["delete", "events", name]);
});

test.each([
  ["cuts an answer short", { truncateAt: 20 }, "60s", /unexpected EOF/],
  ["breaks the connection", { reset: true }, "60s", /EOF|reset/],
  ["never answers", { hang: true }, "1s", /Timeout|deadline/],
  ["answers late", { delayMs: 3000 }, "1s", /Timeout|deadline/],
])("it %s", async (_, fault, timeout, error) => {
  proxy.on(() => fault);
  await expect(get(services, `--request-timeout=${timeout}`)).rejects.toThrow(error);
  proxy.clear();
  expect(JSON.parse(await get(services)).kind).toBe("ServiceList");
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { Node } from "../../support/node.ts";
import { requestKubelet, waitForServerExit } from "../support/kubelet-client.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;
let proxy: FaultProxy;

beforeAll(async () => {
  const cluster = await Cluster.up();
  proxy = await FaultProxy.start(cluster);
  node = await Node.join(cluster, "node-43", { proxy, settings: { kubeletIdleTimeout: "1s" } });
  const again =
    "test -e /dev/shm/again && { echo second; exec sleep infinity; }; touch /dev/shm/again; echo first; exit 3";
  const initContainers = [{ name: "before", image: "host", ...shell("echo init") }];
  await node.run(
    pod(node, "again", shell(again), { hostIPC: true }),
    pod(node, "initiated", SLEEP, { initContainers }),
    pod(node, "waiting", shell("echo failed; exit 1")),
  );
  await node.container("again", ({ ready, restartCount }) => ready && restartCount === 1);
  await node.container("initiated", ({ ready }) => ready);
  await node.container("waiting", ({ state, restartCount }) => state?.waiting && restartCount > 0);
  for (const path of [log("again"), "/pods"]) expect((await requestKubelet(node, path)).status).toBe(200);
  await waitForServerExit(node);
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

const log = (name: string, query = "", container = "main") =>
  `/containerLogs/${node.namespace}/${name}/${container}${query}`;

describe("while the API server is away, a client that was authorized recently", () => {
  beforeAll(() => proxy.on(() => ({ reset: true })));
  afterAll(() => proxy.clear());

  test.each([
    ["again", "", "main", "second\n"],
    ["again", "?previous=true", "main", "first\n"],
    ["initiated", "", "before", "init\n"],
    ["waiting", "?tailLines=1", "main", "failed\n"],
  ])("reads the logs of %s%s", async (name, query, container, body) => {
    expect(await requestKubelet(node, log(name, query, container))).toEqual({ status: 200, body });
  });

  test("gets the list of pods", async () => {
    const { items } = JSON.parse((await requestKubelet(node, "/pods")).body);
    const names = items.map((each: { metadata: { name: string } }) => each.metadata.name);
    expect(names.toSorted()).toEqual(["again", "initiated", "waiting"]);
  });

  test("gets no 404 for a pod that only the API server could know", async () => {
    expect((await requestKubelet(node, log("none"))).status).toBe(503);
    expect(await requestKubelet(node, log("again", "", "none"))).toMatchObject({ status: 404 });
  });

  test("reads metrics no less", async () => {
    proxy.clear();
    expect((await requestKubelet(node, "/metrics")).status).toBe(200);
    proxy.on(() => ({ reset: true }));
    const incomplete = async () => {
      const { body } = await requestKubelet(node, "/metrics");
      return [
        /unitlet_runs_total{outcome="incomplete"} [1-9]/.test(body) &&
          body.includes('unitlet_degraded{reason="list"} 1'),
        body,
      ];
    };
    await node.machine.until(incomplete, { what: "a run that could not list the pods" });
  });
});

test("a kubeconfig that is taken away by hand closes the port, and one that is put there opens it", async () => {
  const listens = async () => (await node.exec("ss -Htln 'sport = :10250'")).stdout !== "";
  await node.exec("mv /etc/unitlet/kubeconfig /root/kubeconfig");
  await node.machine.until(async () => !(await listens()), { what: "a closed port" });
  await node.exec("mv /root/kubeconfig /etc/unitlet/kubeconfig");
  await node.machine.until(listens, { what: "an open port" });
});

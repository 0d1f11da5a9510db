import { once } from "node:events";
import { connect } from "node:tls";
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
  const both = async () => (await node.log("again")) === "first\nsecond\n";
  await node.machine.until(both, { what: "the words of both runs" });
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

test("a new certificate, client CA or setting counts for the next connection, while another one is open", async () => {
  const dial = async () => {
    const socket = connect({ host: node.machine.address, port: 10250, rejectUnauthorized: false });
    await once(socket, "secureConnect");
    return socket;
  };
  const served = async () => {
    const socket = await dial();
    const subject = socket.getPeerX509Certificate()?.subject;
    socket.destroy();
    return subject;
  };
  const etc = (script: string) => node.exec(`mkdir -p /etc/unitlet/unitlet.conf.d; cd /etc/unitlet; ${script}`);
  const makePair = (name: string) =>
    etc(`openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=${name} -out x.crt -keyout x.key 2>&1
      mv x.key tls.key; mv x.crt tls.crt`);
  const open = await dial();
  const pid = async () => (await node.exec("systemctl show -P MainPID unitlet-api")).stdout;
  const before = await pid();

  await makePair("one");
  await etc("printf 'tlsCertFile=%s/tls.crt\\ntlsPrivateKeyFile=%s/tls.key\\n' $PWD $PWD >unitlet.conf.d/90.conf");
  expect(await served()).toBe("CN=one");
  await makePair("two");
  expect(await served()).toBe("CN=two");
  await etc("echo clientCAFile=$PWD/tls.crt >unitlet.conf.d/91.conf");
  expect((await requestKubelet(node, "/healthz")).status).toBe(401);
  // A file that cannot be used changes nothing.
  await etc("rm unitlet.conf.d/91.conf; echo x >tls.crt");
  expect((await requestKubelet(node, "/healthz")).status).toBe(401);
  await makePair("three");
  expect([(await requestKubelet(node, "/healthz")).status, await served()]).toEqual([200, "CN=three"]);
  expect([open.destroyed, await pid()]).toEqual([false, before]);
  open.destroy();
  await etc("rm -r unitlet.conf.d");
});

test("a kubeconfig that is taken away by hand closes the port, and one that is put there opens it", async () => {
  const listens = async () => (await node.exec("ss -Htln 'sport = :10250'")).stdout !== "";
  await node.exec("mv /etc/unitlet/kubeconfig /root/kubeconfig");
  await node.machine.until(async () => !(await listens()), { what: "a closed port" });
  await node.exec("mv /root/kubeconfig /etc/unitlet/kubeconfig");
  await node.machine.until(listens, { what: "an open port" });
});

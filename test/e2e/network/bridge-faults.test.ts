import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { waitForEvents } from "../support/events.ts";
import { pod, SLEEP } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "pod-bridge-faults", { settings: { podNetwork: "bridge" } });
});

afterAll(() => node[Symbol.asyncDispose]());

const sandbox = (name: string) => `unitlet-sandbox.${node.namespace}.${name}.pod.service`;

/** Creates a pod, and returns it once it runs with an address. */
async function running(name: string) {
  await node.run(pod(node, name, SLEEP));
  return await whenReady(name);
}

const whenReady = (name: string, restarts = 0) =>
  node.until(name, (each) => {
    const [main] = each?.status?.containerStatuses ?? [];
    return each?.status?.podIP && main?.ready && main.restartCount >= restarts && each;
  });

/** The leases, and the interfaces of the bridge. Each pod has one of both. */
async function held(): Promise<readonly string[]> {
  const { stdout } = await node.exec(
    "ls /var/lib/cni/networks/unitlet | grep '^[0-9]'; ip -o link show master unitlet0 | wc -l",
  );
  return stdout.trim().split("\n");
}

async function remove(name: string): Promise<void> {
  await node.kubectl("delete", "pod", name);
  expect(await held()).toEqual(["0"]);
}

test("a plugin that is missing is told in words, by the pod and by doctor, and the pod runs once it is there", async () => {
  await node.exec("mv /usr/lib/cni/bridge /usr/lib/cni/away");
  const doctor = async () => (await node.machine.exec("unitlet doctor", { allowFailure: true })).stdout;
  expect(await doctor()).toContain(
    "error: network: no pod gets an address without bridge in /opt/cni/bin and /usr/lib/cni: install the packages",
  );
  await node.run(pod(node, "early", SLEEP));
  const because = 'failed to find plugin "bridge" in path [/opt/cni/bin /usr/lib/cni]';
  await waitForEvents(node, "early", [
    `FailedCreatePodSandBox: Failed to create pod sandbox: failed to setup network for sandbox: plugin type="bridge" failed (add): ${because}`,
  ]);
  const { status } = (await node.get("early")) ?? {};
  expect(status?.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: "ContainerCreating" } });
  await node.exec("mv /usr/lib/cni/away /usr/lib/cni/bridge");
  const early = await whenReady("early");
  expect(await held()).toEqual([early.status?.podIP, "1"]);
  expect(await doctor()).toContain("ok: network: podNetwork = bridge");
  await remove("early");
});

test("a namespace that is lost is made again, with the same address, and its containers with it", async () => {
  const before = await running("lost");
  await node.exec(`umount -l /run/unitlet/pods/${before.metadata?.uid}/sandbox/net; touch /etc/unitlet/unitlet.conf`);
  const after = await whenReady("lost", 1);
  expect(after.status?.podIP).toBe(before.status?.podIP);
  expect(await held()).toEqual([before.status?.podIP, "1"]);
  await remove("lost");
});

test("a sandbox that is killed while its plugin works leaves nothing, and is made again", async () => {
  const slow =
    "#!/bin/sh\n[ $CNI_COMMAND != ADD ] || [ -e /run/released ] || { /usr/lib/cni/bridge && touch /run/added && sleep 60; }\nexec /usr/lib/cni/bridge\n";
  await node.exec("mkdir -p /opt/cni/bin");
  await node.machine.write("/opt/cni/bin/bridge", slow, 0o755);
  await node.apply(pod(node, "killed", SLEEP));
  const isAdded = async () => (await node.exec("ls /run | grep added; true")).stdout !== "";
  await node.machine.until(isAdded, { what: "a plugin that has made the interface" });
  await node.exec(`touch /run/released; systemctl kill -s KILL '${sandbox("killed")}'`);
  const after = await whenReady("killed");
  expect(await held()).toEqual([after.status?.podIP, "1"]);
  await node.exec("rm -r /opt/cni/bin");
  await remove("killed");
});

test("a change of the setting moves a pod, and leaves nothing of its network", async () => {
  const set = async (value: string) => {
    await node.exec(
      `mkdir -p /etc/unitlet/unitlet.conf.d; echo podNetwork = ${value} >/etc/unitlet/unitlet.conf.d/network.conf`,
    );
    await node.sync();
  };
  const before = await running("moved");
  await set("host");
  const onHost = await node.until("moved", (each) => each?.status?.podIP === node.machine.address && each);
  expect(onHost.status?.podIPs?.[0]).toEqual({ ip: node.machine.address });
  await whenReady("moved", 1);
  const isFreed = async () => [(await held()).join() === "0", await held()];
  await node.machine.until(isFreed, { what: "no address in use" });
  await set("bridge");
  await node.until("moved", (each) => each?.status?.podIP === before.status?.podIP);
  await whenReady("moved", 2);
  await remove("moved");
});

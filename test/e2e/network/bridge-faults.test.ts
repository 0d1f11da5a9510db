import { afterAll, beforeAll, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { BridgeNode } from "../support/bridge-node.ts";
import { waitForEvents } from "../support/events.ts";
import { pod, SLEEP } from "../support/manifests.ts";

let bridge: BridgeNode;
let node: Node;

beforeAll(async () => {
  bridge = await BridgeNode.join("pod-bridge-faults");
  node = bridge.node;
});

afterAll(() => bridge[Symbol.asyncDispose]());

const sandbox = (name: string) => `unitlet-sandbox.${node.namespace}.${name}.pod.service`;

async function remove(name: string): Promise<void> {
  await node.kubectl("delete", "pod", name);
  await bridge.untilHeld("0");
}

/** Returns the runs that have changed something for a pod, by their invocation IDs. */
async function runsOf(name: string): Promise<readonly string[]> {
  const { stdout } = await node.exec(
    "journalctl --sync; journalctl -o json --output-fields=_SYSTEMD_INVOCATION_ID,MESSAGE -u unitlet-sync",
  );
  const lines = stdout
    .trim()
    .split("\n")
    .map((line): Record<string, string> => JSON.parse(line));
  const own = lines.filter(
    ({ MESSAGE = "" }) => MESSAGE.includes(`${node.namespace}.${name}.`) && MESSAGE.startsWith("start"),
  );
  return own.map(({ _SYSTEMD_INVOCATION_ID = "" }) => _SYSTEMD_INVOCATION_ID);
}

test("one run connects a pod and starts its containers", async () => {
  let at = 0;
  const isOne = async (): Promise<[boolean, unknown]> => {
    at += 1;
    const name = `one-${at}`;
    await bridge.running(name);
    const [sandbox, ...others] = await runsOf(name);
    await remove(name);
    return [others.length === 1 && others[0] === sandbox, [sandbox, others]];
  };
  // On a stalled host the run leaves the containers to the next one.
  await node.machine.until(isOne, { what: "one run that starts both" });
});

test("a plugin that is missing is told in words, by the pod and by doctor, and the pod runs once it is there", async () => {
  await node.exec("mv /usr/lib/cni/bridge /usr/lib/cni/away");
  const doctor = async () => (await node.machine.exec("unitlet doctor", { allowFailure: true })).stdout;
  expect(await doctor()).toContain(
    "error: network: no pod gets an address without bridge in /opt/cni/bin, /usr/lib/cni or /usr/libexec/cni: apt-get install containernetworking-plugins iptables, or set",
  );
  await node.run(pod(node, "early", SLEEP));
  const because = 'failed to find plugin "bridge" in path [/opt/cni/bin /usr/lib/cni /usr/libexec/cni]';
  await waitForEvents(node, "early", [
    `FailedCreatePodSandBox: Failed to create pod sandbox: failed to setup network for sandbox: plugin type="bridge" failed (add): ${because}`,
  ]);
  const { status } = (await node.get("early")) ?? {};
  expect(status?.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: "ContainerCreating" } });
  await node.exec("mv /usr/lib/cni/away /usr/lib/cni/bridge");
  const early = await bridge.whenReady("early");
  await bridge.untilHeld(String(early.status?.podIP), "1");
  expect(await doctor()).toContain("ok: network: podNetwork = bridge");
  expect(await doctor()).toContain("ok: bridge: 10.86.0.0/24: ");
  await remove("early");
});

test("doctor names what a reload of a firewall has removed, forwarding that is off, and a range that the host uses", async () => {
  await bridge.running("blocked");
  const route = "10.86.0.192/26 dev $(ip -o route show default | grep -o 'dev [^ ]*' | cut -d ' ' -f 2)";
  await node.exec(`iptables -t raw -F PREROUTING; sysctl -qw net.ipv4.ip_forward=0; ip route add ${route}`);
  const { stdout } = await node.machine.exec("unitlet doctor", { allowFailure: true });
  expect(stdout).toContain("error: bridge: the range 10.86.0.0/24 overlaps the host's route to 10.86.0.192/26 on ");
  expect(stdout).toContain("error: bridge: the kernel does not forward IPv4");
  expect(stdout).toContain("error: bridge: the rule that keeps pods from the loopback of the host is gone");
  await node.exec(`ip route del ${route}; sysctl -qw net.ipv4.ip_forward=1`);
  await remove("blocked");
});

test("a namespace that is lost is made again, with the same address, and its containers with it", async () => {
  const before = await bridge.running("lost");
  await node.exec(`umount -l /run/unitlet/pods/${before.metadata?.uid}/sandbox/net; touch /etc/unitlet/unitlet.conf`);
  const after = await bridge.whenReady("lost", 1);
  expect(after.status?.podIP).toBe(before.status?.podIP);
  await bridge.untilHeld(String(before.status?.podIP), "1");
  await waitForEvents(node, "lost", ["SandboxChanged: Pod sandbox changed, it will be killed and re-created."]);
  await remove("lost");
});

test("after /run/unitlet was emptied, a pod runs on with its network, and its restart keeps it", async () => {
  const before = await bridge.running("emptied");
  const invocation = await node.invocation("emptied");
  // Mounts are busy, and stay.
  await node.exec("rm -rf /run/unitlet/* 2>/dev/null || true");
  await node.syncWithoutCache({ allowFailure: true });
  await node.syncWithoutCache();
  expect(await node.invocation("emptied")).toBe(invocation);
  await node.exec(`systemctl kill -s KILL ${node.unit("emptied")}`);
  const after = await bridge.whenReady("emptied", 1);
  expect(after.status?.podIP).toBe(before.status?.podIP);
  await bridge.untilHeld(String(before.status?.podIP), "1");
  await remove("emptied");
  await bridge.untilHeld("0");
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
  const after = await bridge.whenReady("killed");
  await bridge.untilHeld(String(after.status?.podIP), "1");
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
  const before = await bridge.running("moved");
  await set("host");
  const onHost = await node.until("moved", (each) => each?.status?.podIP === node.machine.address && each);
  expect(onHost.status?.podIPs?.[0]).toEqual({ ip: node.machine.address });
  await bridge.whenReady("moved", 1);
  const isFreed = async () => [(await bridge.held()).join() === "0", await bridge.held()];
  await node.machine.until(isFreed, { what: "no address in use" });
  await set("bridge");
  await node.until("moved", (each) => each?.status?.podIP === before.status?.podIP);
  await bridge.whenReady("moved", 2);
  await remove("moved");
});

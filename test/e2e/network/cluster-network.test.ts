import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { waitForEvents } from "../support/events.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "pod-cni");
  await node.exec(
    "mkdir -p /etc/unitlet/unitlet.conf.d; echo podNetwork = cni >/etc/unitlet/unitlet.conf.d/network.conf",
  );
  await node.sync();
});

afterAll(() => node[Symbol.asyncDispose]());

const NETWORK = {
  cniVersion: "1.0.0",
  name: "pods",
  plugins: [
    {
      ...{ type: "bridge", bridge: "cni0", isGateway: true, ipMasq: true, hairpinMode: true },
      ipam: { type: "host-local", ranges: [[{ subnet: "10.87.0.0/24" }]], routes: [{ dst: "0.0.0.0/0" }] },
    },
    { type: "portmap", snat: true, capabilities: { portMappings: true } },
    { type: "bandwidth", capabilities: { bandwidth: true, "io.kubernetes.cri.pod-annotations": true } },
  ],
};
const CONFIGURATION = "/etc/cni/net.d/10-pods.conflist";
const NOT_READY =
  "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized";

const configure = (change: object = {}) =>
  node.machine.write(CONFIGURATION, JSON.stringify({ ...NETWORK, ...change }, undefined, 2), 0o600);

/** Waits until the node's condition Ready has this status, and returns the condition. */
async function readiness(status: string) {
  const read = async () => {
    const found = await node.cluster.get("node", node.name);
    const ready = found?.status?.conditions?.find(({ type }) => type === "Ready");
    return ready?.status === status ? ready : undefined;
  };
  return await node.machine.until(read, { what: `a node that is Ready: ${status}` });
}

const whenReady = (name: string, restarts = 0) =>
  node.until(name, (each) => {
    const [main] = each?.status?.containerStatuses ?? [];
    return each?.status?.podIP && main?.ready && main.restartCount >= restarts && each;
  });

const doctor = async () => (await node.machine.exec("unitlet doctor", { allowFailure: true })).stdout;

test("before there is a network, pods on the host's network run with a kubelet's directories, others wait, and the node is not ready", async () => {
  const ready = await readiness("False");
  expect([ready?.reason, ready?.message]).toEqual(["KubeletNotReady", NOT_READY]);
  expect(await doctor()).toContain(
    "error: network: no pod gets an address: there is no configuration in /etc/cni/net.d: deploy the cluster's network add-on",
  );
  const volumes = ["/var/lib/kubelet/plugins_registry", "/var/log/pods"].map((path, at) => ({
    ...{ name: `v${at}`, hostPath: { path, type: "Directory" } },
  }));
  const volumeMounts = volumes.map(({ name }) => ({ name, mountPath: `/run/${name}` }));
  await node.run(
    pod(node, "agent", { ...SLEEP, volumeMounts }, { hostNetwork: true, volumes }),
    pod(node, "web", shell("exec busybox httpd -f -p 80 -h /opt", { ports: [{ containerPort: 80, hostPort: 18080 }] })),
  );
  expect((await whenReady("agent")).status?.podIP).toBe(node.machine.address);
  await waitForEvents(node, "web", [`NetworkNotReady: network is not ready: ${NOT_READY}`]);
  const { status } = (await node.get("web")) ?? {};
  expect(status?.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: "ContainerCreating" } });
  expect([status?.phase, status?.podIP]).toEqual(["Pending", undefined]);
});

test("a configuration that is not usable is told in the journal and by doctor, and the node stays not ready", async () => {
  await node.machine.write(CONFIGURATION, "{}");
  const because = `${CONFIGURATION}: no name`;
  const isTold = async () => (await node.journal()).includes(because);
  await node.machine.until(isTold, { what: "the reason in the journal" });
  expect(await doctor()).toContain(`error: network: no pod gets an address: ${because}`);
  expect((await readiness("False"))?.message).toBe(NOT_READY);
});

test("the pod runs and the node is ready once the configuration is there, without any command", async () => {
  await configure();
  const web = await whenReady("web");
  expect(web.status?.podIP).toMatch(/^10\.87\.0\.\d+$/);
  expect((await readiness("True"))?.reason).toBe("KubeletReady");
  expect(await doctor()).toContain("ok: network: podNetwork = cni: plugins of the network pods are installed");
  await node.exec("echo hello >/opt/hello");
  const answer = async () => (await fetch(`http://${node.machine.address}:18080/hello`)).text();
  expect(await node.machine.until(answer, { what: "the page of the pod" })).toBe("hello\n");
});

test("the result is where libcni keeps it", async () => {
  const uid = (await node.get("web"))?.metadata?.uid;
  const kept = JSON.parse(await node.machine.read(`/var/lib/cni/results/pods-${uid}-eth0`));
  const { kind, containerId, networkName, config, result } = kept;
  expect([kind, containerId, networkName]).toEqual(["cniCacheV1", uid, "pods"]);
  expect(JSON.parse(Buffer.from(config, "base64").toString())).toEqual(NETWORK);
  expect(result.ips[0].gateway).toBe("10.87.0.1");
});

test("an annotation for bandwidth limits the pod, beside one that no argument of a program could have", async () => {
  const annotations = { "kubernetes.io/egress-bandwidth": "10M", long: "x".repeat(120_000) };
  const metadata = { name: "limited", namespace: node.namespace, annotations };
  await node.run({ ...pod(node, "limited", SLEEP), metadata });
  const uid = (await whenReady("limited")).metadata?.uid;
  expect((await node.exec("tc qdisc show | grep tbf")).stdout).toContain("rate 10Mbit");
  const kept = JSON.parse(await node.machine.read(`/var/lib/cni/results/pods-${uid}-eth0`));
  expect(kept.capabilityArgs["io.kubernetes.cri.pod-annotations"]).toMatchObject(annotations);
});

test("a change of the configuration and its removal leave pods that run alone; new ones get the change or wait", async () => {
  const before = await whenReady("web");
  await configure({ plugins: NETWORK.plugins.slice(0, 1) });
  await node.run(pod(node, "plain", shell("sleep 3600", { ports: [{ containerPort: 80, hostPort: 18081 }] })));
  await whenReady("plain");
  await waitForEvents(node, "plain", [
    "FieldIgnored: spec.containers[main].ports[0].hostPort has no effect: no plugin of the network pods has the capability portMappings",
  ]);
  await node.exec(`rm ${CONFIGURATION}`);
  await readiness("False");
  await node.exec(`systemctl kill -s KILL ${node.unit("web")}`);
  const after = await whenReady("web", 1);
  expect(after.status?.podIP).toBe(before.status?.podIP);
  await node.run(pod(node, "waits", SLEEP));
  await waitForEvents(node, "waits", [`NetworkNotReady: network is not ready: ${NOT_READY}`]);
  await node.kubectl("delete", "pod", "waits");
});

interface Attachment {
  readonly containerID: string;
  readonly ifname: string;
}

/** A plugin of version 1.1 in front of one that has neither STATUS nor GC. */
const GATE = `#!/bin/sh
case $CNI_COMMAND in
STATUS) [ -e /run/daemon ] || { echo '{"cniVersion":"1.1.0","code":50,"msg":"no daemon"}'; exit 1; } ;;
GC) cat >/run/collected ;;
*) sed 's/"cniVersion":"1.1.0"/"cniVersion":"1.0.0"/; s/"type":"gate"/"type":"bridge"/' | /usr/lib/cni/bridge ;;
esac
`;

test("plugins that know STATUS decide when the node is ready, and those that know GC are told of all pods", async () => {
  const connected = [await whenReady("web", 1), await whenReady("limited"), await whenReady("plain")];
  await node.machine.write("/opt/cni/bin/gate", GATE, 0o755);
  await configure({ cniVersion: "1.1.0", plugins: [{ ...NETWORK.plugins[0], type: "gate" }] });
  const message = NOT_READY.replace("cni plugin not initialized", "no daemon");
  const isSaid = async () => (await readiness("False"))?.message === message;
  await node.machine.until(isSaid, { what: "the words of the plugin" });
  await node.run(pod(node, "gated", SLEEP));
  await waitForEvents(node, "gated", [`NetworkNotReady: network is not ready: ${message}`]);
  await node.exec("touch /run/daemon");
  await whenReady("gated");
  await readiness("True");
  const isTold = async () => {
    const all = JSON.parse(await node.machine.read("/run/collected"))["cni.dev/valid-attachments"] as Attachment[];
    const isOne = (uid?: string) => all.some(({ containerID, ifname }) => containerID === uid && ifname === "eth0");
    return [connected.every(({ metadata }) => isOne(metadata?.uid)), all];
  };
  await node.machine.until(isTold, { what: "the attachments of all pods" });
  await node.exec(`rm ${CONFIGURATION}`);
});

/** What a pod can leave: interfaces of the bridge, leases, results, rules and namespaces. The bridge itself stays. */
const LEFT = [
  "ip -o link show master cni0",
  "ls /var/lib/cni/networks/pods | grep '^[0-9]'",
  "ls -A /var/lib/cni/results | grep ^pods-",
  "ls -A /var/lib/unitlet/networks",
  "iptables-save -t nat | grep 10.87.0",
  "grep sandbox /proc/mounts",
].join("; ");

test("deletion leaves nothing, although the configuration is gone", async () => {
  expect((await node.exec(`${LEFT}; true`)).stdout).not.toBe("");
  await node.kubectl("delete", "pod", "web", "limited", "plain", "gated", "agent");
  const left = async () => (await node.exec(`${LEFT}; true`)).stdout;
  await node.machine.until(async () => [(await left()) === "", await left()], { what: "nothing to be left" });
});

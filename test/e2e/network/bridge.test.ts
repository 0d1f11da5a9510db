import type { V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { ECHO, exchange, forwarding } from "../support/forwarding.ts";
import { ImageNode } from "../support/image-node.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;
let web: V1Pod;
let peer: V1Pod;

const isReady = (each: V1Pod | undefined) => each?.status?.containerStatuses?.every(({ ready }) => ready) && each;

beforeAll(async () => {
  const started = await ImageNode.start("pod-bridge", {
    settings: { podNetwork: "bridge", allowedUnsafeSysctls: "net.ipv4.conf.*" },
    servingCertificate: true,
  });
  node = started.node;
  const image = await started.pushBusybox();
  const probe = { tcpSocket: { port: 8080 }, periodSeconds: 1 };
  const server = shell("echo $POD_IP >/tmp/ip; exec httpd -f -p 8080 -h /tmp", {
    image,
    env: [{ name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }],
    ports: [{ containerPort: 8080, hostPort: 18080 }],
    readinessProbe: probe,
    livenessProbe: { httpGet: { path: "/ip", port: 8080 }, periodSeconds: 1, timeoutSeconds: 60 },
  });
  await node.machine.write("/opt/echo", ECHO, 0o755);
  const echo = shell("/opt/echo 127.0.0.1 8080", { ports: [{ containerPort: 8080 }] });
  await node.run(
    pod(node, "web", server),
    pod(
      node,
      "peer",
      [
        { ...SLEEP, name: "one" },
        { ...echo, name: "two" },
      ],
      { securityContext: { sysctls: [{ name: "net.ipv4.conf.eth0.arp_ignore", value: "2" }] } },
    ),
    pod(node, "onhost", shell("exec busybox httpd -f -p 8081 -h /opt"), { hostNetwork: true }),
  );
  web = await node.until("web", isReady);
  peer = await node.until("peer", isReady);
});

afterAll(() => node[Symbol.asyncDispose]());

test("status, variables and /etc/hosts have the pod's own address, and the host's own pods have the host's", async () => {
  const { podIP, podIPs, hostIP } = web.status ?? {};
  expect(podIP).toMatch(/^10\.86\.0\.\d+$/);
  expect(podIPs).toEqual([{ ip: podIP }]);
  expect(hostIP).toBe(node.machine.address);
  expect(await node.kubectl("exec", "web", "--", "cat", "/tmp/ip")).toBe(`${podIP}\n`);
  expect(await node.kubectl("exec", "web", "--", "cat", "/etc/hosts")).toContain(`${podIP}\tweb\n`);
  const onHost = await node.until("onhost", isReady);
  expect(onHost.status?.podIP).toBe(hostIP);
});

test("pods reach each other and the host, and the host reaches them", async () => {
  const url = `http://${web.status?.podIP}:8080/ip`;
  const answer = `${web.status?.podIP}\n`;
  expect(await node.kubectl("exec", "peer", "-c", "one", "--", "busybox", "wget", "-qO-", url)).toBe(answer);
  expect((await node.exec(`busybox wget -qO- ${url}`)).stdout).toBe(answer);
  const onHost = `http://${node.machine.address}:8081/echo`;
  expect(await node.kubectl("exec", "peer", "-c", "one", "--", "busybox", "wget", "-qO-", onHost)).toBe(ECHO);
});

test("a hostPort leads to another port of the pod, from the host and from outside of it", async () => {
  const answer = `${web.status?.podIP}\n`;
  expect(await (await fetch(`http://${node.machine.address}:18080/ip`)).text()).toBe(answer);
  expect((await node.exec(`busybox wget -qO- http://${node.machine.address}:18080/ip`)).stdout).toBe(answer);
});

test("port-forward reaches what listens on the pod's own loopback", async () => {
  await using forward = await forwarding(node, [":8080"], {}, "peer");
  expect(String(await exchange(forward.local[0] ?? 0, Buffer.from("four")))).toBe("four:4");
});

test("port-forward does not reach what listens on the host's loopback", async () => {
  await node.exec("systemd-run --collect --unit=host-echo /opt/echo 127.0.0.1 7005");
  const listening = async () => (await node.exec("ss -Htln '( sport = :7005 )'")).stdout !== "";
  await node.machine.until(listening, { what: "a listener of the host" });
  await using forward = await forwarding(node, [":7005"], {}, "peer");
  await exchange(forward.local[0] ?? 0, Buffer.from("x")).catch(() => "");
  expect((await forward.client.ended).stderr).toContain("dial tcp4 127.0.0.1:7005: connect: connection refused");
});

test("the containers of a pod share its network, also after a restart", async () => {
  const addressOf = (container: string) =>
    node.kubectl("exec", "peer", "-c", container, "--", "ip", "-4", "-o", "addr", "show", "eth0");
  const before = await addressOf("one");
  expect(before).toContain(`${peer.status?.podIP}/24`);
  expect(await addressOf("two")).toBe(before);
  await node.exec(`systemctl kill -s KILL ${node.unit("peer", "one")}`);
  await node.until(
    "peer",
    (each) => each?.status?.containerStatuses?.find(({ restartCount }) => restartCount === 1)?.ready,
  );
  expect(await addressOf("one")).toBe(before);
});

test("a parameter of the pod's own interface is set", async () => {
  const path = "/proc/sys/net/ipv4/conf/eth0/arp_ignore";
  expect(await node.kubectl("exec", "peer", "-c", "one", "--", "cat", path)).toBe("2\n");
});

test("the figures of the kubelet's port have the traffic of a pod with a network of its own, and none of one on the host's", async () => {
  const raw = (path: string) => node.cluster.kubectl(["get", "--raw", `/api/v1/nodes/${node.name}/proxy${path}`]);
  interface Stats {
    readonly pods: readonly { readonly podRef: { readonly name: string }; readonly network?: object }[];
  }
  const { pods } = JSON.parse(await raw("/stats/summary")) as Stats;
  const networkOf = (name: string) => pods.find(({ podRef }) => podRef.name === name)?.network;
  const eth0 = { name: "eth0", rxErrors: 0, txErrors: 0, rxBytes: expect.any(Number), txBytes: expect.any(Number) };
  expect(networkOf("web")).toEqual({ time: expect.any(String), ...eth0, interfaces: [eth0] });
  expect(networkOf("web")).not.toMatchObject({ rxBytes: 0 });
  expect(networkOf("onhost")).toBeUndefined();
  const lines = (await raw("/metrics/cadvisor")).split("\n");
  const received = lines.filter((line) => line.startsWith("container_network_receive_bytes_total"));
  const names = received.map((line) => /interface="(\w+)".*pod="(\w*)"/.exec(line)?.slice(1).join(" ") ?? line);
  expect(names).toEqual(expect.arrayContaining(["eth0 peer", "eth0 web"]));
  expect(names.filter((name) => name.endsWith(" onhost"))).toEqual([]);
});

/** What a pod can leave: interfaces of the bridge, leases, results, rules and namespaces. The bridge and the rule for the masquerade stay. */
const LEFT = [
  "ip -o link show master unitlet0",
  "ls /var/lib/cni/networks/unitlet | grep '^[0-9]'",
  "ls -A /var/lib/cni/results /var/lib/unitlet/networks | grep unitlet-",
  "ls -A /var/lib/unitlet/networks",
  "iptables-save -t nat | grep 10.86.0 | grep -v 'pods have the address of the host'",
  "grep sandbox /proc/mounts",
].join("; ");

test("deletion leaves no interface, lease, result, rule or namespace", async () => {
  expect((await node.exec(`${LEFT}; true`)).stdout).not.toBe("");
  await node.kubectl("delete", "pod", "web", "peer", "onhost");
  const left = async () => (await node.exec(`${LEFT}; true`)).stdout;
  await node.machine.until(async () => [(await left()) === "", await left()], { what: "nothing to be left" });
});

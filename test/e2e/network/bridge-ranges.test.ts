import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { DATAGRAM_ECHO, datagramAnswer } from "../support/datagrams.ts";
import { waitForEvents } from "../support/events.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  const settings = { podNetwork: "bridge", podCIDR: "10.89.0.0/28, fd00:89::/124" };
  node = await Node.join(await Cluster.up(), "pod-bridge-ranges", { settings });
});

afterAll(() => node[Symbol.asyncDispose]());

/** Creates a pod, and returns its addresses once it runs. */
async function addressesOf(name: string): Promise<readonly string[]> {
  await node.run(pod(node, name, SLEEP));
  return await whenReady(name);
}

const whenReady = (name: string) =>
  node.until(
    name,
    ({ status } = {}) => status?.containerStatuses?.[0]?.ready && status.podIPs?.map(({ ip }) => ip ?? ""),
  );

test("two ranges give each pod an address of each family, at which the host reaches it", async () => {
  const addresses = await addressesOf("dual");
  expect(addresses).toEqual([expect.stringMatching(/^10\.89\.0\.\d+$/), expect.stringMatching(/^fd00:89::[0-9a-f]+$/)]);
  for (const address of addresses) await node.exec(["busybox", "ping", "-c", "1", "-w", "20", address]);
});

describe("host ports", () => {
  /** An address of the host, which no route leads to. */
  const SIX = "fd00:99::1";

  beforeAll(async () => {
    await node.exec(`ip address add ${SIX}/128 dev lo`);
    await node.machine.write("/opt/datagrams", DATAGRAM_ECHO, 0o755);
    const script = `echo fine >/tmp/page; for port in 8080 8081; do busybox httpd -p [::]:$port -h /tmp; done
      exec /opt/datagrams 5353`;
    const ports = [
      { containerPort: 5353, hostPort: 15353, protocol: "UDP" },
      { containerPort: 8080, hostPort: 18080 },
      { containerPort: 8081, hostPort: 18081, hostIP: node.machine.address },
    ];
    await node.run(pod(node, "ports", shell(script, { ports })));
    await whenReady("ports");
  });

  afterAll(() => node.kubectl("delete", "pod", "ports"));

  const fetched = async (host: string, port: number) => await (await fetch(`http://${host}:${port}/page`)).text();
  const curl = (host: string, port: number) => `curl -sS -g -m 10 http://${host}:${port}/page`;

  test("of UDP leads to the pod, from outside of the host", async () => {
    const answer = () => datagramAnswer(node.machine.address, 15353, "ask");
    expect(await node.machine.until(answer, { what: "the answer of the pod" })).toBe("ask");
  });

  test("leads to the pod on addresses of both families, from the host and from another pod", async () => {
    const uid = (await node.get("dual"))?.metadata?.uid;
    const inPod = `nsenter --net=/run/unitlet/pods/${uid}/sandbox/net`;
    await node.machine.until(() => node.exec(curl("127.0.0.1", 18080)), { what: "the page of the pod" });
    expect(await fetched(node.machine.address, 18080)).toBe("fine\n");
    for (const host of [node.machine.address, `[${SIX}]`])
      for (const from of ["", `${inPod} `])
        expect((await node.exec(`${from}${curl(host, 18080)}`)).stdout).toBe("fine\n");
  });

  test("with hostIP leads to the pod on that address alone", async () => {
    const answer = () => fetched(node.machine.address, 18081);
    expect(await node.machine.until(answer, { what: "the page of the pod" })).toBe("fine\n");
    for (const host of ["127.0.0.1", "10.89.0.1", `[${SIX}]`])
      await expect(node.exec(curl(host, 18081))).rejects.toThrow("Failed to connect");
  });
});

test("a range without a free address is told in the plugin's words, and the pod runs once there is one", async () => {
  const leases = "/var/lib/cni/networks/unitlet";
  await node.exec(
    `cd ${leases}; for n in 2 3 4 5 6 7 8 9 10 11 12 13 14; do [ -e 10.89.0.$n ] || echo other >10.89.0.$n; done`,
  );
  await node.run(pod(node, "late", SLEEP));
  const words =
    'FailedCreatePodSandBox: Failed to create pod sandbox: failed to setup network for sandbox: plugin type="bridge" failed (add): failed to allocate for range 0: no IP addresses available in range set: 10.89.0.1-10.89.0.14';
  await waitForEvents(node, "late", [words]);
  await node.exec(`cd ${leases}; grep -lx other 10.* | xargs rm`);
  expect((await whenReady("late"))[0]).toMatch(/^10\.89\.0\.\d+$/);
});

test("when the range changes, the pods are connected again, and reach each other and the host", async () => {
  const before = await node.container("dual", ({ ready }) => ready);
  await node.exec("echo 'podCIDR = 10.90.0.0/24' >/etc/unitlet/unitlet.conf.d/99-test.conf");
  await node.sync();
  const [dual, late] = [await inRange("dual", "10.90.0."), await inRange("late", "10.90.0.")];
  const after = await node.container("dual", ({ ready }) => ready);
  expect(after.containerID).not.toBe(before.containerID);
  expect(after.restartCount).toBe(before.restartCount + 1);
  for (const address of [dual, late]) await node.exec(["busybox", "ping", "-c", "1", "-w", "20", address]);
  const namespace = `/run/unitlet/pods/${(await node.get("dual"))?.metadata?.uid}/sandbox/net`;
  for (const address of ["10.90.0.1", late])
    await node.exec(["nsenter", `--net=${namespace}`, "busybox", "ping", "-c", "1", "-w", "20", address]);
});

test("a range that a controller gives the Node counts for the pods that run, without a new pod", async () => {
  const range = "10.91.0.0/24";
  const patch = JSON.stringify({ spec: { podCIDR: range, podCIDRs: [range] } });
  await node.cluster.kubectl(["patch", "node", node.name, "--type=merge", `--patch=${patch}`]);
  const [dual, late] = [await inRange("dual", "10.91.0."), await inRange("late", "10.91.0.")];
  for (const address of [dual, late]) await node.exec(["busybox", "ping", "-c", "1", "-w", "20", address]);
});

test("a node that leaves with --keep and joins again still has its range, so no pod restarts", async () => {
  const before = await node.container("dual", ({ ready }) => ready);
  await node.exec("cp -p /etc/unitlet/kubeconfig /root; unitlet leave --keep; cp -p /root/kubeconfig /etc/unitlet");
  await node.sync();
  expect(await inRange("dual", "10.91.0.")).toBeTruthy();
  expect((await node.container("dual", ({ ready }) => ready)).containerID).toBe(before.containerID);
});

/** Returns the one address of a pod that is ready in the new range. */
const inRange = (name: string, range: string) =>
  node.until(name, ({ status } = {}) => {
    const [address, ...others] = status?.podIPs?.map(({ ip }) => ip ?? "") ?? [];
    return status?.containerStatuses?.[0]?.ready && others.length === 0 && address?.startsWith(range) && address;
  });

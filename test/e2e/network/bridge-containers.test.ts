import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { ImageNode } from "../support/image-node.ts";
import { kubectl } from "../support/kubectl.ts";
import { pod, SLEEP } from "../support/manifests.ts";

/** A program that prints the words of the packets of its network. The numbers are AF_PACKET, SOCK_RAW and ETH_P_ALL. */
const SNIFFER = `#!/usr/bin/perl
$| = 1;
socket(my $socket, 17, 3, unpack("S", pack("n", 3))) or die "socket: $!";
print "listening\\n";
while (sysread($socket, my $packet, 65536)) { print "$1\\n" if $packet =~ /(word-of-the-(?:host|pod))/ }
`;

let node: Node;
let image: string;

beforeAll(async () => {
  const images = await ImageNode.start("bridge-containers", {
    settings: { podNetwork: "bridge" },
    servingCertificate: true,
  });
  ({ node } = images);
  image = await images.pushBusybox();
});

afterAll(() => node[Symbol.asyncDispose]());

test("an ephemeral container on an image enters the network of a pod on the host's files, which goes on", async () => {
  await node.run(pod(node, "plain", SLEEP));
  const { status } = await node.until("plain", (seen) => seen?.status?.podIP && seen);
  await node.container("plain", ({ state }) => state?.running);
  const mounted = await node.exec("grep -o 'sandbox/[a-z]*' /proc/self/mountinfo");
  expect(mounted.stdout).toBe("sandbox/net\n");
  const before = await node.invocation("plain");
  const script = "hostname; ip -o -4 addr show dev eth0 | grep -o 'inet [0-9.]*'; stat -f -c %T /dev/shm; ls /dev/shm";
  const flags = ["--container=look", `--image=${image}`, "--", "sh", "-c", script];
  expect(await kubectl(node, ["debug", "plain", ...flags])).toMatchObject({ code: 0 });
  await node.sync();
  const state = await node.until(
    "plain",
    (seen) => seen?.status?.ephemeralContainerStatuses?.find(({ state }) => state?.terminated)?.state?.terminated,
  );
  expect(state).toMatchObject({ exitCode: 0 });
  expect(await node.log("plain", "look")).toBe(`plain\ninet ${status?.podIP}\ntmpfs\n`);
  expect(await node.invocation("plain")).toBe(before);
});

describe("a pod with the rights to configure and watch its network", () => {
  const inShared = (container: string, script: string) =>
    node.kubectl("exec", "shared", "-c", container, "--", "sh", "-c", script);

  beforeAll(async () => {
    await node.machine.write("/opt/sniffer", SNIFFER, 0o755);
    const admin = { securityContext: { capabilities: { add: ["NET_ADMIN"] } } };
    const init = { command: ["ip", "address", "add", "192.0.2.77/32", "dev", "eth0"] };
    await node.run(
      pod(
        node,
        "shared",
        [
          { ...SLEEP, ...admin, name: "one" },
          { name: "two", image },
          { name: "three", command: ["/opt/sniffer"] },
        ],
        { initContainers: [{ name: "first", image: "host", ...init, ...admin }] },
      ),
    );
    await node.until("shared", (each) => each?.status?.containerStatuses?.every(({ ready }) => ready));
  });

  test("its init container and its containers on the host's files and on an image share one", async () => {
    const address = (await node.get("shared"))?.status?.podIP;
    for (const container of ["one", "two"]) {
      const addresses = await inShared(container, "busybox ip -4 -o address show eth0");
      expect(addresses).toContain(`inet ${address}/24 `);
      expect(addresses).toContain("inet 192.0.2.77/32 ");
    }
  });

  test("NET_ADMIN changes the pod's interface, and nothing of the host", async () => {
    const read = async () =>
      (await node.exec("ip -br link; ip -4 -br address; ip -4 route show table all; iptables-save | grep '^-'")).stdout;
    const before = await read();
    const change =
      "ip address add 192.0.2.78/32 dev eth0 && ip link set eth0 mtu 1400 && iptables -A INPUT -s 192.0.2.9";
    await inShared("one", change);
    const links = await inShared("one", "ip -o link");
    expect(links).toMatch(/ eth0@\w+: .* mtu 1400 /);
    expect(links).not.toContain("unitlet0");
    expect(await read()).toBe(before);
    const refused = inShared("two", "busybox ip address add 192.0.2.79/32 dev eth0");
    await expect(refused).rejects.toThrow("Operation not permitted");
  });

  test("NET_RAW sees the pod's packets, and none of the host's", async () => {
    const until = (word: string) =>
      node.machine.until(
        async () => {
          const log = await node.log("shared", "three");
          return [log.includes(word), log] as const;
        },
        { what: word },
      );
    await until("listening");
    const send = (word: string, to: string) => node.exec(["bash", "-c", `echo word-of-the-${word} >/dev/udp/${to}/9`]);
    for (const address of ["127.0.0.1", node.machine.hostAddress]) await send("host", address);
    await send("pod", String((await node.get("shared"))?.status?.podIP));
    expect((await until("word-of-the-pod"))[1]).not.toContain("word-of-the-host");
  });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { installServingCertificate } from "../e2e/support/kubelet-client.ts";
import { pod, SLEEP, shell } from "../e2e/support/manifests.ts";
import { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";

let node: Node;

/** Receives datagrams on the loopback alone, and appends each one to a file. */
const SERVICE = `#!/usr/bin/perl
use Socket;
socket my $own, PF_INET, SOCK_DGRAM, 0 or die;
bind $own, sockaddr_in(7005, inet_aton('127.0.0.1')) or die;
open my $file, '>>', '/run/received' or die;
while (defined recv $own, my $text, 1000, 0) { syswrite $file, "$text\\n" }
`;

/** Sends a datagram to the loopback address through the interface of the pod. */
const THIEF = `#!/usr/bin/perl
use Socket;
socket my $own, PF_INET, SOCK_DGRAM, 0 or die;
setsockopt $own, SOL_SOCKET, 25, pack 'Z*', 'eth0' or die "eth0: $!";
send $own, 'from a pod', 0, sockaddr_in(7005, inet_aton('127.0.0.1')) or die "send: $!";
print "sent\\n";
`;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "attacks-bridge", {
    settings: { podNetwork: "bridge" },
  });
  await installServingCertificate(node);
  for (const [path, text] of [
    ["/opt/service", SERVICE],
    ["/opt/thief", THIEF],
  ] as const)
    await node.machine.write(path, text, 0o755);
  await node.run(
    pod(
      node,
      "mapped",
      shell("exec busybox httpd -f -p 80 -h /opt", { ports: [{ containerPort: 80, hostPort: 8080 }] }),
    ),
    pod(node, "thief", SLEEP),
  );
  for (const name of ["mapped", "thief"]) await node.container(name, ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

test("a datagram of a pod does not reach the loopback of the host, where a hostPort lets packets there pass", async () => {
  const enabled = await node.exec("cat /proc/sys/net/ipv4/conf/unitlet0/route_localnet");
  expect(enabled.stdout).toBe("1\n");
  await node.exec("systemd-run --collect --unit=service /opt/service");
  await node.machine.until(async () => (await node.exec("ss -Hluln 'sport = :7005'")).stdout !== "", {
    what: "the service",
  });
  expect(await node.kubectl("exec", "thief", "--", "/opt/thief")).toBe("sent\n");
  const end = "use Socket; socket S, PF_INET, SOCK_DGRAM, 0; send S, 'end', 0, sockaddr_in(7005, INADDR_LOOPBACK)";
  await node.exec(`perl -e "${end}"`);
  const received = async () => (await node.exec("cat /run/received")).stdout;
  await node.machine.until(async () => (await received()).includes("end"), { what: "the last datagram" });
  expect(await received()).toBe("end\n");
});

test("programs of the host reach a hostPort on the loopback of the host", async () => {
  const answer = async () => (await node.exec("busybox wget -qO- http://127.0.0.1:8080/service; true")).stdout;
  await node.machine.until(async () => (await answer()) === SERVICE, { what: "an answer of the pod" });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { ECHO, exchange, forwarding } from "../e2e/support/forwarding.ts";
import { installServingCertificate } from "../e2e/support/kubelet-client.ts";
import { pod, SLEEP, shell } from "../e2e/support/manifests.ts";
import { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "loopback", {
    settings: { kubeletIdleTimeout: "1s", portForward: "declared" },
  });
  await installServingCertificate(node);
  await node.machine.write("/opt/echo", ECHO, 0o755);
  const listen = shell("/opt/echo 127.0.0.1 7001 & exec /opt/echo 127.0.0.1 7002");
  const declared = (...ports: number[]) => ({ ports: ports.map((containerPort) => ({ containerPort })) });
  await node.run(
    pod(node, "victim", { ...listen, ...declared(7001) }),
    // The thief declares the ports that others listen on.
    pod(node, "thief", { ...SLEEP, ...declared(7001, 7005) }),
  );
  for (const name of ["victim", "thief"]) await node.container(name, ({ ready }) => ready);
  await node.exec("systemd-run --collect --unit=host-echo /opt/echo 127.0.0.1 7005");
  await node.machine.until(
    async () => (await node.exec("ss -Htln '( sport = :7001 or sport = :7005 )' | wc -l")).stdout === "2\n",
    { what: "both listeners" },
  );
});

afterAll(() => node[Symbol.asyncDispose]());

test.each([
  ["another pod", "7001"],
  ["a service of the host", "7005"],
])("port-forward does not reach the port of %s", async (_, port) => {
  await using forward = await forwarding(node, [`:${port}`], {}, "thief");
  expect(String(await exchange(forward.local[0] ?? 0, Buffer.from("x")).catch(() => ""))).toBe("");
  expect((await forward.client.ended).stderr).toContain(
    `dial tcp4 127.0.0.1:${port}: connect: connection refused: no process of the pod listens there`,
  );
});

test("port-forward reaches a declared port of the pod itself", async () => {
  await using forward = await forwarding(node, [":7001"], {}, "victim");
  expect(String(await exchange(forward.local[0] ?? 0, Buffer.from("x")))).toBe("x:1");
});

test("port-forward does not reach a port that the pod does not declare", async () => {
  await using forward = await forwarding(node, [":7002"], {}, "victim");
  await exchange(forward.local[0] ?? 0, Buffer.from("x")).catch(() => "");
  expect((await forward.client.ended).stderr).toContain(
    "no container of the pod has containerPort 7002: declare it, or set portForward = any",
  );
});

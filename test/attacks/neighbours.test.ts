import { afterAll, beforeAll, expect, test } from "vitest";
import { installServingCertificate } from "../e2e/support/kubelet-client.ts";
import { pod, shell } from "../e2e/support/manifests.ts";
import { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";

let node: Node;
let tenant: string;

beforeAll(async () => {
  const cluster = await Cluster.up();
  node = await Node.join(cluster, "neighbours");
  await installServingCertificate(node);
  tenant = await cluster.namespace("neighbours-tenant");
  // A small journal, so that a flood takes seconds.
  await node.machine.write("/etc/systemd/journald.conf.d/small.conf", "[Journal]\nSystemMaxUse=24M\n");
  await node.exec("systemctl restart systemd-journald");
});

afterAll(() => node[Symbol.asyncDispose]());

/** Creates a pod of the namespace of the attacker, and waits until it has ended. */
async function attack(name: string, script: string): Promise<void> {
  await node.cluster.apply([pod(node, name, shell(script), { restartPolicy: "Never" })], tenant);
  await node.sync();
  const phase = async () => (await node.cluster.get("pod", name, tenant))?.status?.phase;
  await node.machine.until(async () => [(await phase()) === "Succeeded", await phase()], {
    what: `the end of ${name}`,
  });
}

const FLOOD = `yes ${"x".repeat(999)} | head -c 60000000`;

test("a flood of output drives out neither the host's lines nor those of another tenant", async () => {
  await node.exec("logger -t sshd 'a trace of an attack'");
  await node.run(pod(node, "victim", shell("echo precious; exec sleep infinity")));
  await node.container("victim", ({ ready }) => ready);
  await attack("flood", FLOOD);
  await node.exec("journalctl --sync");
  expect((await node.exec("journalctl -q -o cat -t sshd")).stdout).toBe("a trace of an attack\n");
  expect(await node.kubectl("logs", "victim")).toBe("precious\n");
});

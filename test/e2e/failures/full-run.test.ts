import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP } from "../support/manifests.ts";
import { mountSilentFuse } from "../support/silent-fuse.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "full-run", { timerInterval: "1s" });
  await node.run(pod(node, "before", SLEEP));
  await node.container("before", ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

const renewed = async () => (await node.cluster.get("lease", node.name, "kube-node-lease"))?.spec?.renewTime;

test("a hostPath on a FUSE file system that does not answer keeps nothing waiting but its pod, until its program ends", async () => {
  const fuse = await mountSilentFuse(node, "/srv/silent");
  const container = { ...SLEEP, volumeMounts: [{ name: "v", mountPath: "/run/v" }] };
  const volumes = [{ name: "v", hostPath: { path: "/srv/silent", type: "Directory" } }];
  // Throws when the runs do not end in their time.
  await node.run(pod(node, "hangs", container, { volumes }), pod(node, "beside", SLEEP));
  await node.container("beside", ({ ready }) => ready);
  const { state } = await node.container("hangs", (status) => status.state?.waiting?.message);
  expect(state?.waiting).toEqual({
    reason: "ContainerCreating",
    message:
      'MountVolume.SetUp failed for volume "v" : /srv/silent does not answer: its file system on the host waits for a server or a program',
  });
  const asleep = "ps -o stat= -p $(tr -dc '0-9\\n' </run/unitlet/unanswered.json)";
  await node.machine.until(async () => (await node.exec(asleep)).stdout.startsWith("D"), {
    what: "a stat(1) in the kernel",
  });
  // systemd does not wait for that process, which a run has started. A tick without a run has another result.
  const run = "touch /etc/unitlet/unitlet.conf; systemctl start unitlet-sync; systemctl show -P Result unitlet-sync";
  await node.machine.until(async () => [(await node.exec(run)).stdout === "success\n", await node.exec(run)], {
    what: "a run that ends well",
  });
  await fuse.end();
  await node.container("hangs", ({ ready }) => ready);
  await node.machine.until(() => node.exec("! test -e /run/unitlet/unanswered.json"), { what: "no such process" });
});

test("a full /run keeps nothing waiting but what needs it", async () => {
  await node.exec("mount -o remount,size=16m /run; cat /dev/zero >/run/full || true");
  await node.run(pod(node, "during", SLEEP));
  const events = () => node.kubectl("get", "events", "--output=jsonpath={.items[*].message}");
  await node.machine.until(async () => (await events()).includes("too little of /run"), {
    what: "an Event that says why",
  });
  const before = await renewed();
  await node.machine.until(async () => (await renewed()) !== before, { what: "a lease that is renewed" });
  await node.kubectl("delete", "pod", "before", "--grace-period=3");
  await node.exec("rm /run/full");
  await node.container("during", ({ ready }) => ready);
});

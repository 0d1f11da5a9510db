import type { V1ContainerStatus } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { install, Node } from "../../support/node.ts";
import { installServingCertificate, requestKubelet } from "../support/kubelet-client.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

const HELPER = "/usr/local/lib/unitlet/container-start";
const NOTE = "/run/unitlet/pending-starts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "busy-host", { timerInterval: "1h" });
});

afterAll(() => node[Symbol.asyncDispose]());

const notes = async () => (await node.exec(`ls ${NOTE} || :`)).stdout;

async function idle(): Promise<boolean> {
  const poll = "systemctl show -P ActiveState unitlet-sync; ls /run/unitlet/sync-requested || :";
  return (await node.exec(poll)).stdout === "inactive\n";
}

const HELD = "until test -e /proc/1/root/root/now; do sleep 0.1; done";

test.each([
  ["before its helper has rung", "early", `${HELD}; exec /root/container-start "$@"`],
  ["when its helper has rung already", "late", `/root/container-start "$@" || exit; ${HELD}`],
])("a start that takes longer than a run waits for it, %s, is told without the timer", async (_, name, script) => {
  await node.exec(`rm -f /root/now; cp ${HELPER} /root/container-start`);
  // Until the run that asked for it, and the one after that, are over.
  await node.machine.write("/root/slow", `#!/bin/sh\n${script}\n`, 0o755);
  await node.exec(`mount --bind /root/slow ${HELPER}`);
  await node.run(pod(node, name, SLEEP));
  const isCreating = ({ state }: V1ContainerStatus) => state?.waiting?.reason === "ContainerCreating";
  expect((await node.container(name, isCreating)).state).toEqual({ waiting: { reason: "ContainerCreating" } });
  await node.machine.until(async () => (await node.show(name, "SubState")) === "start-pre", { what: "its start" });
  await node.machine.until(idle, { what: "no run" });
  await node.exec("touch /root/now");
  await node.kubectl("wait", `pod/${name}`, "--for=condition=Ready", "--timeout=150s");
  await node.machine.until(async () => (await notes()) === "", { what: "no note" });
  await node.exec(`umount ${HELPER}`);
});

test("an end that is still going on after its helper has requested a sync is reported without the timer", async () => {
  const helper = "/usr/local/lib/unitlet/container-exit";
  await node.run(pod(node, "ends", SLEEP, { terminationGracePeriodSeconds: 60 }));
  await node.container("ends", ({ ready }) => ready);
  await node.exec(`rm -f /root/now; cp ${helper} /root/container-exit`);
  await node.machine.write("/root/slow", `#!/bin/sh\n/root/container-exit "$@"; ${HELD}\n`, 0o755);
  await node.exec(`mount --bind /root/slow ${helper}`);
  await node.kubectl("delete", "pod", "ends", "--wait=false");
  await node.sync();
  await node.machine.until(async () => (await node.show("ends", "SubState")) === "stop-post", { what: "its end" });
  await node.machine.until(idle, { what: "no run" });
  await node.exec("touch /root/now");
  await node.kubectl("wait", "pod/ends", "--for=delete", "--timeout=150s");
  await node.exec(`umount ${helper}`);
});

test("a program has its time after a hook that used the whole grace period, also on a stalled host", async () => {
  const words = "for i in 1 2 3 4 5 6 7 8; do sleep 0.1; done; echo bye";
  const command = shell(`trap 'echo got; ${words}; exit' TERM; echo up; while :; do sleep 0.1; done`);
  const lifecycle = { preStop: { sleep: { seconds: 2 } } };
  await node.run(pod(node, "slow-end", { ...command, lifecycle }, { terminationGracePeriodSeconds: 2 }));
  await node.machine.until(async () => (await node.log("slow-end")) === "up\n", { what: "its begin" });
  await node.kubectl("delete", "pod", "slow-end", "--wait=false");
  await node.sync();
  await node.machine.until(async () => (await node.log("slow-end")).includes("got"), { what: "its end", every: 10 });
  const all = (signal: string) => `systemctl kill --kill-whom=all --signal=${signal} ${node.unit("slow-end")}`;
  // On a busy host it may have ended by now.
  await node.exec(`${all("STOP")}; sleep 4; ${all("CONT")} || :`);
  await node.kubectl("wait", "pod/slow-end", "--for=delete", "--timeout=150s");
  expect(await node.log("slow-end")).toBe("up\ngot\nbye\n");
});

test("an installation continues although a request comes while the process behind the port is being stopped", async () => {
  await installServingCertificate(node);
  expect((await requestKubelet(node, "/healthz")).status).toBe(200);
  const unit = "unitlet-api.service";
  // The stop waits for the request, so that a busy host cannot miss it.
  const stop = "+/bin/sh -c 'until test -e /root/asked; do sleep 0.1; done'";
  await node.machine.write(
    `/run/systemd/system/${unit}.d/slow.conf`,
    `[Service]\nExecStop=${stop}\nTimeoutStopSec=60\n`,
  );
  const asking = `until systemctl is-active ${unit} | grep -q deactivating; do sleep 0.1; done; systemctl start --no-block ${unit}; touch /root/asked`;
  await node.exec(`systemctl daemon-reload; systemd-run --unit=asker sh -c '${asking}'`);
  await install(node.machine, ["--set", "kubeletPort=10999"]);
  await node.exec("test -e /root/asked");
  const port = "ss -Htln 'sport = :10999' | wc -l";
  await node.machine.until(async () => (await node.exec(port)).stdout === "1\n", { what: "the other port" });
});

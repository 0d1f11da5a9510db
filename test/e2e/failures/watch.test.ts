import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  const cluster = await Cluster.up();
  // Whatever happens in time happens because of the watch. Straight to the API server, but with a token.
  node = await Node.join(cluster, "node-34", { proxy: cluster, settings: { watch: "yes" }, timerInterval: "1h" });
  await node.machine.until(async () => (await property("ActiveState")) === "active", { what: "the watch" });
});

afterAll(() => node[Symbol.asyncDispose]());

async function property(name: string): Promise<string> {
  return (await node.exec(["systemctl", "show", "--value", "--property", name, "unitlet-watch"])).stdout.trim();
}

/** Long before the timer, which here comes once an hour. */
async function comesToRun(name: string): Promise<void> {
  await node.apply(pod(node, name, SLEEP));
  await node.kubectl("wait", `pod/${name}`, "--for=jsonpath={.status.phase}=Running", "--timeout=150s");
}

// How fast that is, the bench measures: here the computer may be busy with other tests.
test("a pod runs at once when it is created", async () => {
  for (let i = 0; i < 5; i++) await comesToRun(`quick-${i}`);
});

test("a pod goes at once when it is deleted", async () => {
  await node.kubectl("delete", "pod", "quick-0", "--timeout=150s");
});

test("the timer comes half as often, for the lease alone, unless an administrator says otherwise", async () => {
  const intervals = async () =>
    (await node.exec("systemctl show --value --property=TimersMonotonic unitlet-sync.timer")).stdout.match(
      /OnUnitInactiveUSec=\w+/g,
    );
  expect(await intervals()).toEqual(["OnUnitInactiveUSec=1h"]);
  await node.exec("mv /etc/systemd/system/unitlet-sync.timer.d /root/; systemctl daemon-reload");
  expect(await intervals()).toEqual(["OnUnitInactiveUSec=10s"]);
  await node.exec("mv /root/unitlet-sync.timer.d /etc/systemd/system/; systemctl daemon-reload");
});

test("the token is not to be seen where others look", async () => {
  const token = /token: ([^}\s]+)/.exec(await node.machine.read("/etc/unitlet/kubeconfig"))?.[1];
  const { stdout } = await node.exec(
    "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr '\\0' '\\n'; systemctl show unitlet-watch; journalctl --namespace='*'",
  );
  expect(stdout).toContain("/run/unitlet/watch.curl");
  expect(stdout).not.toContain(token);
  expect((await node.exec("stat -c %a /run/unitlet/watch.curl")).stdout).toBe("600\n");
});

test("a watch that died is started again", async () => {
  const before = await property("MainPID");
  await node.exec("systemctl kill --signal=KILL unitlet-watch");
  await node.sync();
  await node.machine.until(async () => !["0", before].includes(await property("MainPID")), { what: "another watch" });
  await comesToRun("revived");
});

test("without the watch the timer looks after the pods", async () => {
  await node.exec("systemctl mask --runtime unitlet-watch; systemctl stop unitlet-watch");
  await node.machine.write(
    "/etc/systemd/system/unitlet-sync.timer.d/interval.conf",
    "[Timer]\nOnUnitInactiveSec=\nOnUnitInactiveSec=1s\n",
  );
  await node.exec("systemctl daemon-reload; systemctl restart unitlet-sync.timer");
  await node.syncWithoutCache();
  expect(await node.journal()).toContain("cannot start or stop a unit of unitlet itself because=");
  await comesToRun("timed");
});

test("a watch that is down leaves no token behind when it is turned off", async () => {
  await node.exec("systemctl stop unitlet-watch; echo 'watch = no' >/etc/unitlet/unitlet.conf.d/99-off.conf");
  const left = async () => (await node.exec("ls /run/unitlet | grep '^watch' || true")).stdout;
  await node.machine.until(async () => [(await left()) === "", await left()], { what: "no file of the watch" });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { BridgeNode } from "../support/bridge-node.ts";
import { pod, SLEEP } from "../support/manifests.ts";

let bridge: BridgeNode;

beforeAll(async () => {
  bridge = await BridgeNode.join("pod-bridge-kills");
});

afterAll(() => bridge[Symbol.asyncDispose]());

/** Kills one helper or plugin after another at random moments until /run/over exists, and writes their names to a file. */
const KILLS = `
  random() { od -An -N1 -tu1 /dev/urandom; }
  while [ ! -e /run/over ]; do
    set -- $(pgrep -f '^/bin/sh /usr/local/lib/unitlet/pod-(sandbox|network)|^/usr/lib/cni/')
    [ $# -gt 0 ] || { sleep 0.01; continue; }
    sleep 0.0$(($(random) % 9))
    shift $(($(random) % $#))
    name=$(tr '\\0' '\\n' <"/proc/$1/cmdline" | grep -o -m 1 -e 'pod-[a-z]*' -e 'cni/[a-z-]*') && kill -KILL "$1" && echo "$name" >>/run/killed
    sleep "0.$(($(random) % 5))"
  done 2>/dev/null`;

/** What pods can leave: leases, interfaces, results, notes, rules and namespaces. */
const LEFT = [
  "ls /var/lib/cni/networks/unitlet | grep '^[0-9]'",
  "ip -o link show master unitlet0",
  "ls -A /var/lib/cni/results | grep unitlet-",
  "ls -A /var/lib/unitlet/networks",
  "iptables-save -t nat | grep -e 10.86.0 -e CNI-[0-9a-f] | grep -v 'pods have the address of the host'",
  "grep sandbox /proc/mounts",
].join("; ");

const ROUNDS = Number(process.env.UNITLET_TEST_ROUNDS ?? 4);

test("kills of helpers and plugins at random moments leave nothing of the pods", async () => {
  const { node } = bridge;
  const killed = async () => Number((await node.exec("wc -l </run/killed || echo 0")).stdout);
  const killing = node.machine.exec(KILLS, { timeout: 900_000 });
  for (let round = 0; round < ROUNDS; round += 1) {
    const made = ["a", "b", "c"].map((name, at) => {
      const ports = [{ containerPort: 80, hostPort: 8000 + 3 * round + at }];
      return pod(node, `${name}-${round}`, { ...SLEEP, ports }, { terminationGracePeriodSeconds: 1 });
    });
    await node.apply(...made);
    const before = await killed();
    const isOver = async () => (await killed()) > before || (await node.get(`a-${round}`))?.status?.podIP !== undefined;
    await node.machine.until(isOver, { what: "a killed program or an address" });
    await node.kubectl("delete", "pod", `b-${round}`, `c-${round}`, "--wait=false");
  }
  await node.exec("touch /run/over");
  await killing;
  expect(await killed()).toBeGreaterThan(0);
  console.info(`killed: ${(await node.exec("sort /run/killed | uniq -c")).stdout}`);
  await node.kubectl("delete", "pod", "--all", "--timeout=300s");
  // The next pod's ADD repeats each DEL that was killed.
  await node.run(pod(node, "last", SLEEP));
  await bridge.whenReady("last");
  await node.kubectl("delete", "pod", "last");
  const isEmpty = async (): Promise<[boolean, string]> => {
    const { stdout } = await node.exec(`${LEFT}; true`);
    return [stdout === "", stdout];
  };
  await node.machine.until(isEmpty, { what: "nothing of the pods", timeout: 120_000 });
}, 1_200_000);

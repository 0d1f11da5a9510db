import type { V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { BridgeNode } from "../support/bridge-node.ts";
import { pod, SLEEP } from "../support/manifests.ts";

let bridge: BridgeNode;

beforeAll(async () => {
  bridge = await BridgeNode.join("pod-bridge-kills");
});

afterAll(() => bridge[Symbol.asyncDispose]());

/** Kills one run, helper or plugin after another at random moments until /run/over exists, and writes their names to a file. */
const KILLS = `
  random() { od -An -N1 -tu1 /dev/urandom; }
  while [ ! -e /run/over ]; do
    what='^/bin/sh /usr/local/lib/unitlet/pod-(sandbox|network)|^/usr/lib/cni/' tries=0
    [ $(($(random) % 8)) -gt 0 ] || what='unitlet/run.cjs sync$'
    while set -- $(pgrep -f "$what") && [ $# -eq 0 ] && [ $tries -lt 100 ]; do tries=$((tries + 1)) && sleep 0.01; done
    [ $# -gt 0 ] || continue
    sleep 0.0$(($(random) % 9))
    shift $(($(random) % $#))
    name=$(tr '\\0' '\\n' <"/proc/$1/cmdline" | grep -o -m 1 -e 'pod-[a-z]*' -e 'cni/[a-z-]*' -e run.cjs) && kill -KILL "$1" && echo "$name" >>/run/killed
    sleep "0.$(($(random) % 5))"
  done 2>/dev/null`;

/** What pods can leave: leases, interfaces, results, notes, rules and namespaces. */
const LEFT = [
  "tail -v -n +1 /var/lib/cni/networks/unitlet/[0-9]*",
  "ip -o link show type veth | grep -v ' eth0@'",
  "ls -A /var/lib/cni/results | grep unitlet-",
  "ls -A /var/lib/unitlet/networks",
  "iptables-save -t nat | grep -e 10.86.0 -e CNI-[0-9a-f] | grep -v 'pods have the address of the host'",
  "grep sandbox /proc/mounts",
].join("; ");

/** How many programs die at least. The slow lane sets more: see test/README.md. */
const WANTED = Number(process.env.UNITLET_TEST_KILLS ?? 8);
const LIMIT = 1_200_000 + 5000 * WANTED;

test("kills of runs, helpers and plugins at random moments leave nothing of the pods", { timeout: LIMIT }, async () => {
  const { node } = bridge;
  const killed = async () => Number((await node.exec("cat /run/killed 2>/dev/null | wc -l")).stdout);
  const killing = node.machine.exec(KILLS, { timeout: LIMIT });
  for (let round = 0; (await killed()) < WANTED; round += 1) {
    const before = await killed();
    await node.apply(...["a", "b", "c"].map((name, at) => shortLived(node, `${name}-${round}`, 3 * round + at)));
    const isOver = async () => (await killed()) > before || (await node.get(`a-${round}`))?.status?.podIP !== undefined;
    await node.machine.until(isOver, { what: "a killed program or an address" });
    await node.kubectl(
      "delete",
      "pod",
      `b-${round}`,
      `c-${round}`,
      `a-${round - 2}`,
      "--wait=false",
      "--ignore-not-found",
    );
  }
  await node.exec("touch /run/over");
  await killing;
  console.info(`killed: ${(await node.exec("sort /run/killed | uniq -c")).stdout}`);
  await node.kubectl("delete", "pod", "--all", "--timeout=220s");
  // The next pod's ADD repeats each DEL that was killed.
  await node.run(pod(node, "last", SLEEP));
  await bridge.whenReady("last");
  await node.kubectl("delete", "pod", "last");
  const isEmpty = async (): Promise<[boolean, string]> => {
    const { stdout } = await node.exec(`${LEFT}; true`);
    return [stdout === "", stdout];
  };
  await node.machine.until(isEmpty, { what: "nothing of the pods" });
  expect(await killed()).toBeGreaterThanOrEqual(WANTED);
});

/** Returns a pod with a port of the host. `at` tells it from the others of its time. */
function shortLived(node: Node, name: string, at: number): V1Pod {
  const ports = [{ containerPort: 80, hostPort: 8000 + (at % 1000) }];
  return pod(node, name, { ...SLEEP, ports }, { terminationGracePeriodSeconds: 1 });
}

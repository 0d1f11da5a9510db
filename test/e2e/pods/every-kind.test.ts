import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { KINDS, type Kind } from "../support/every-kind.ts";
import { pod } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "every-kind", { timerInterval: "1s" });
  const named = (kind: string, name: string) => ({ apiVersion: "v1", kind, metadata: { name } });
  await node.apply(
    { ...named("ConfigMap", "map"), data: { a: "1" } },
    { ...named("Secret", "secret"), stringData: { a: "2" } },
  );
});

afterAll(() => node[Symbol.asyncDispose]());

function manifest(name: string, { container, spec = {}, annotations = {} }: Kind): object {
  const made = pod(node, name, container, spec) as { metadata: object };
  return { ...made, metadata: { ...made.metadata, annotations } };
}

/** So many of each kind; settled when each is in the state that it keeps. */
async function make(round: string, count: number): Promise<void> {
  const all = Object.entries(KINDS).flatMap(([name, kind]) =>
    Array.from({ length: count }, (_, at) => ({ name: `${round}-${name}-${at}`, kind })),
  );
  await node.apply(...all.map(({ name, kind }) => manifest(name, kind)));
  await node.machine.until(
    async () => {
      await node.sync();
      const pods = JSON.parse(await node.kubectl("get", "pods", "-o", "json")).items as SeenPod[];
      const seen = all.map(({ name, kind }) => ({
        name,
        kind,
        pod: pods.find(({ metadata }) => metadata.name === name),
      }));
      const wrong = seen.filter(({ pod, kind }) => !isThere(pod, kind));
      return [wrong.length === 0, wrong.map(({ name, pod }) => `${name} ${JSON.stringify(pod?.status)}`)];
    },
    { what: "all pods in their states", timeout: 240_000, every: 1000 },
  );
}

interface SeenPod {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly {
      readonly state?: { readonly waiting?: { readonly reason?: string } };
      readonly started?: boolean;
      readonly ready?: boolean;
    }[];
  };
}

function isThere(seen: SeenPod | undefined, kind: Kind): boolean {
  const { phase, containerStatuses = [] } = seen?.status ?? {};
  if (phase !== kind.state) return false;
  if (kind === KINDS.crashing) return containerStatuses[0]?.state?.waiting?.reason === "CrashLoopBackOff";
  const isUnready = kind === KINDS.unready;
  return phase !== "Running" || containerStatuses.every(({ started, ready }) => started && (ready || isUnready));
}

test("a hundred pods of every kind come and go, and nothing is left of them", async () => {
  await make("many", 8);
  await node.kubectl("delete", "pods", "--all", "--wait=false");
  const left = async () => (await node.exec(LEFT)).stdout.split("\n").filter((line) => line !== "");
  await node.machine.until(
    async () => {
      await node.sync();
      const seen = await left();
      return [seen.length === 0, seen.slice(0, 20)];
    },
    { what: "nothing to be left", timeout: 200_000, every: 1000 },
  );
  await node.kubectl("wait", "pods", "--all", "--for=delete", "--timeout=150s");
  await node.machine.until(() => node.exec("systemctl is-system-running"), { what: "a machine without failures" });
  const { stdout } = await node.exec(
    "journalctl --quiet --priority=err --output=cat _COMM=systemd + SYSLOG_IDENTIFIER=unitlet-sync",
  );
  // What fails faster than systemd sees it start has failed to start, in its words.
  const ofOthers = stdout
    .split("\n")
    .filter((line) => line !== "" && !/\.many-(failed|crashing)-/.test(line) && !OF_BUSY_HOST.test(line));
  expect(ofOthers).toEqual([]);
}, 800_000);

/** What is said when a run has waited for ten seconds. */
const OF_BUSY_HOST = /cannot talk to systemd|no complete answer within|Failed to start unitlet-sync\.service/;

/** Units, cgroups, mounts, files, jobs, failures. */
const LEFT = `
  find /etc/systemd/system /run/systemd/system /run/unitlet /var/lib/unitlet /sys/fs/cgroup \\
    '(' -name '*pod*_*.slice*' -o -name 'unitlet.*.service*' -o -path '*/unitlet/pods/*' -o -path '*/unitlet/events/*-*-*-*-*' ')'
  systemctl list-units --all --plain --no-legend 'unitlet.*.service' 'unitlet-*pod*' 'unitlet-deadline*' 'unitlet-*.*.*.*'
  systemctl list-units --failed --plain --no-legend
  systemctl list-jobs --no-legend
  awk '{ print $2 }' /proc/mounts | grep /unitlet/pods || true`;

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { V1Container, V1Probe } from "@kubernetes/client-node";
import { pod, SLEEP } from "../e2e/support/manifests.ts";
import type { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";
import { Account } from "./account.ts";
import { type Minute, watchMinute } from "./minute.ts";
import { say } from "./progress.ts";
import { type Summary, summarise } from "./statistics.ts";

export interface Probes {
  readonly kinds: readonly {
    readonly kind: string;
    /** CPU ms of a process that makes one probe, and of each probe more in the same process. */
    readonly first: Summary;
    readonly more: number;
  }[];
  /** With a readiness probe by HTTP and a liveness probe by TCP at their default period, in each pod. */
  readonly minute: Minute;
}

const MANY = 21;

/** Answers HTTP, and what asks for its health by gRPC. */
const SERVER = `
require("node:http").createServer((request, response) => response.end("ok")).listen(7401);
require("node:http2").createServer().on("stream", (stream) => {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]));
}).listen(7402);
`;

const KINDS: Readonly<Record<string, V1Probe>> = {
  tcpSocket: { tcpSocket: { port: 7401 } },
  httpGet: { httpGet: { port: 7401, path: "/" } },
  grpc: { grpc: { port: 7402 } },
  exec: { exec: { command: ["true"] } },
};

/** What probes cost: by kind, with nothing else going on; and a minute of a node that is full of them. */
export async function measureProbes(cluster: Cluster, times: number, seconds: number, pods: number): Promise<Probes> {
  say("probes");
  await using node = await Node.join(cluster, "bench-probes", { settings: { maxPods: "600" } });
  const tool = fileURLToPath(new URL("measure.pl", import.meta.url));
  await node.machine.write("/opt/bench/measure.pl", await readFile(tool));
  const server = { command: ["/usr/local/lib/unitlet/node", "-e", SERVER] };
  await node.run(
    pod(node, "server", server),
    ...Object.entries(KINDS).flatMap(([kind, probe], at) => crowd(node, kind, probe, at)),
  );
  await node.kubectl("wait", "pod", "--all", "--for=condition=Ready", "--timeout=120s");
  await node.exec("systemctl stop unitlet-sync.timer unitlet-sync.path");
  const kinds: Probes["kinds"][number][] = [];
  for (const [at, kind] of Object.keys(KINDS).entries()) {
    const first = await measure(node, periodOf(at, 1), times);
    const all = await measure(node, periodOf(at, MANY), times);
    kinds.push({ kind, first, more: (all.median - first.median) / (MANY - 1) });
  }
  await node.kubectl("delete", "pod", "--wait=false", ...Object.keys(KINDS).flatMap((kind) => names(kind)));
  await node.exec("systemctl start unitlet-sync.timer unitlet-sync.path");
  return { kinds, minute: await measureFull(node, seconds, pods) };
}

const names = (kind: string) => [1, MANY].map((count) => `${kind.toLowerCase()}-${count}`);

/** Of its own for each measurement, and so long that the timer stays out of it. */
const periodOf = (at: number, count: number) => 3600 + 100 * at + count;

function crowd(node: Node, kind: string, probe: V1Probe, at: number): object[] {
  return [1, MANY].map((count) => {
    const readinessProbe = { ...probe, timeoutSeconds: 30, periodSeconds: periodOf(at, count) };
    const containers = Array.from(
      { length: count },
      (_, n): Partial<V1Container> => ({ ...SLEEP, name: `c${n}`, readinessProbe }),
    );
    return pod(node, `${kind.toLowerCase()}-${count}`, containers as never);
  });
}

async function measure(node: Node, period: number, times: number): Promise<Summary> {
  const library = "/usr/local/lib/unitlet";
  const command = [
    `UNITLET_LIB=${library}`,
    `${library}/node`,
    "--use-openssl-ca",
    `${library}/run.cjs`,
    "probe",
    String(period),
  ];
  const before = `rm -f /run/unitlet/probes/${period}.json`;
  const words = ["perl", "/opt/bench/measure.pl", String(times), before, ...command];
  const { stdout } = await node.machine.exec(words, { timeout: 300_000 });
  return summarise(
    stdout
      .trim()
      .split("\n")
      .map((line) => Number(line.split(" ")[1]) / 1000),
  );
}

async function measureFull(node: Node, seconds: number, pods: number): Promise<Minute> {
  say(`${pods} pods with two probes each: a minute`);
  const probes = { readinessProbe: KINDS.httpGet, livenessProbe: KINDS.tcpSocket } as Partial<V1Container>;
  const all = Array.from({ length: pods }, (_, n) => `full-${n}`);
  await node.run(...all.map((name) => pod(node, name, { ...SLEEP, ...probes })));
  const ready = [
    "wait",
    "-n",
    node.namespace,
    "--for=condition=Ready",
    "--timeout=280s",
    ...all.map((name) => `pod/${name}`),
  ];
  await node.cluster.kubectl(ready, { timeout: 300_000 });
  return { pods, ...(await watchMinute(await Account.open(node.machine), seconds)) };
}

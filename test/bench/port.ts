import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Agent, get } from "node:https";
import {
  asApiServer,
  installServingCertificate,
  serviceMemory,
  waitForServerExit,
} from "../e2e/support/kubelet-client.ts";
import { pod, shell } from "../e2e/support/manifests.ts";
import type { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";
import { Kubectl, type Transfer } from "./kubectl.ts";
import { say } from "./progress.ts";
import { type Summary, summarise } from "./statistics.ts";

export interface Port {
  /** Milliseconds from the start of the client to its first byte, and for `kubectl` what it takes to ask the API server alone. */
  readonly firstByte: Readonly<Record<"kubectl" | "journalctl", Summary>> &
    Readonly<Record<"logs" | "exec", { readonly cold: Summary; readonly warm: Summary }>>;
  /** `journalctl` is the least that reading the same entries costs. */
  readonly throughput: Readonly<Record<"logs" | "journalctl" | "exec" | "forward", Throughput>>;
  /** MiB, at most: of its own, and with its share of programs and files in memory. */
  readonly followers: { readonly count: number; readonly own: number; readonly shared: number };
  /** Processes of the service, once it has been idle. */
  readonly left: number;
}

/**
 * Megabytes a second, and milliseconds of CPU that the service (or journalctl alone) takes for each megabyte: that does not depend
 * on who else computes.
 */
export interface Throughput {
  readonly speed: number;
  readonly cpu: number;
}

const FOLLOWERS = 100;
const LOG_BYTES = 40_000_000;
const EXEC_BYTES = 100_000_000;
const FORWARDED_BYTES = 200_000_000;
const SERVER_PORT = 7511;

/** Sends zeros to each client, and closes the connection. */
const SERVER = `perl -MIO::Socket::INET -e '
  my $server = IO::Socket::INET->new(LocalAddr => "127.0.0.1:${SERVER_PORT}", Listen => 5, ReuseAddr => 1) or die;
  while (my $client = $server->accept) { syswrite $client, "\\0" x 100_000 for 1 .. ${FORWARDED_BYTES / 100_000}; close $client }'`;

/** Port 10250 by real kubectl through the real API server, on a machine of its own. */
export async function measurePort(cluster: Cluster, times: number): Promise<Port> {
  say("port 10250");
  await using node = await Node.join(cluster, "bench-port", { settings: { kubeletIdleTimeout: "1s" } });
  await installServingCertificate(node);
  const line = "x".repeat(99);
  await node.run(
    pod(node, "talks", shell("echo first; while :; do sleep 1; echo word; done")),
    pod(node, "floods", shell(`yes ${line} | head -c ${LOG_BYTES}; echo end; exec sleep infinity`)),
    pod(node, "sends", { ...shell(SERVER), ports: [{ containerPort: SERVER_PORT }] }),
  );
  for (const name of ["talks", "floods", "sends"]) await node.container(name, ({ ready }) => ready);
  const kubectl = await Kubectl.connect(node);
  const firstByte = await measureFirstBytes(node, kubectl, times);
  const written = async () => (await node.kubectl("logs", "floods", "--tail=1")) === "end\n";
  await node.machine.until(written, { what: "a long log", timeout: 120_000, every: 1000 });
  const command = ["exec", "floods", "--", "head", "-c", String(EXEC_BYTES), "/dev/zero"];
  const throughput = {
    logs: await measureThroughput(node, kubectl, () => kubectl.read(["logs", "floods"])),
    journalctl: await measureJournalctl(node),
    exec: await measureThroughput(node, kubectl, () => kubectl.read(command)),
    forward: await measureThroughput(node, kubectl, () => kubectl.readForwarded("sends", SERVER_PORT)),
  };
  const followers = await measureFollowers(node);
  await waitForServerExit(node);
  const left = '$(cat "/sys/fs/cgroup/systemd/system.slice/unitlet-api.service/cgroup.procs" 2>/dev/null)';
  return { firstByte, throughput, followers, left: Number((await node.exec(`set -- ${left}; echo $#`)).stdout) };
}

async function measureFirstBytes(node: Node, kubectl: Kubectl, times: number): Promise<Port["firstByte"]> {
  const repeat = async (measure: () => Promise<number>) => {
    const values: number[] = [];
    for (let time = 0; time < times; time += 1) values.push(await measure());
    return summarise(values);
  };
  const both = async (args: readonly string[]) => {
    await kubectl.firstByte(args);
    const cold = await repeat(async () => {
      await node.exec("systemctl stop unitlet-api.service");
      return await kubectl.firstByte(args);
    });
    return { cold, warm: await repeat(() => kubectl.firstByte(args)) };
  };
  const journalctl = `date +%s%N; journalctl --namespace=unitlet.${node.namespace} -q -n 10 -o cat -u ${node.unit("talks")} | head -c 1 >/dev/null; date +%s%N`;
  return {
    kubectl: await repeat(() => kubectl.firstByte(["get", "pod", "talks"])),
    journalctl: await repeat(async () => {
      const [startedAt = 0, ended = 0] = (await node.exec(journalctl)).stdout.trim().split("\n").map(Number);
      return (ended - startedAt) / 1e6;
    }),
    logs: await both(["logs", "talks"]),
    exec: await both(["exec", "talks", "--", "echo", "x"]),
  };
}

async function measureThroughput(node: Node, kubectl: Kubectl, read: () => Promise<Transfer>): Promise<Throughput> {
  // One that is there before and after.
  await kubectl.firstByte(["logs", "talks"]);
  const stat = "/sys/fs/cgroup/unified/system.slice/unitlet-api.service/cpu.stat";
  const used = async () => Number(/usage_usec (\d+)/.exec((await node.exec(`cat ${stat}`)).stdout)?.[1]) / 1000;
  const before = await used();
  const { megabytes, seconds } = await read();
  return { speed: megabytes / seconds, cpu: ((await used()) - before) / megabytes };
}

/** The same entries by `journalctl` alone: the median of five times. */
async function measureJournalctl(node: Node): Promise<Throughput> {
  const tool = "/opt/bench/measure.pl";
  await node.machine.write(tool, readFileSync(new URL("measure.pl", import.meta.url)));
  const match = `_SYSTEMD_UNIT=${node.unit("floods")} _TRANSPORT=stdout`;
  const query = `journalctl --namespace=+unitlet.${node.namespace} --quiet --no-pager --output=cat ${match}`;
  const { stdout } = await node.exec(`perl ${tool} 5 '' ${query}`);
  const runs = stdout
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number));
  const [wall, cpu] = [0, 1].map((at) => summarise(runs.map((run) => (run[at] ?? Number.NaN) / 1000)).median);
  const megabytes = LOG_BYTES / 1e6;
  return { speed: (megabytes / (wall ?? Number.NaN)) * 1000, cpu: (cpu ?? Number.NaN) / megabytes };
}

/** Straight at the port, as the API server: so many clients are too much for the computer. */
async function measureFollowers(node: Node): Promise<Port["followers"]> {
  const [cert, key] = asApiServer(node)
    .filter((word) => word.startsWith("/"))
    .map((path) => readFileSync(path));
  const path = `/containerLogs/${node.namespace}/talks/main?follow=true&tailLines=1`;
  const agent = new Agent({ cert, key, rejectUnauthorized: false, host: node.machine.address, port: 10250 });
  const opened = Array.from({ length: FOLLOWERS }, async () => {
    const [answer] = (await once(get({ agent, path }), "response")) as [IncomingMessage];
    await once(
      answer.on("error", () => undefined),
      "data",
    );
    return answer.resume();
  });
  const followers = await Promise.all(opened);
  let [own, shared] = [0, 0];
  for (let time = 0; time < 20; time += 1) {
    own = Math.max(own, await serviceMemory(node));
    shared = Math.max(shared, await serviceMemory(node, "Pss"));
  }
  for (const follower of followers) follower.destroy();
  return { count: FOLLOWERS, own, shared };
}

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { installServingCertificate, serviceMemory, waitForServerExit } from "../e2e/support/kubelet-client.ts";
import { pod, shell } from "../e2e/support/manifests.ts";
import type { Cluster } from "../support/cluster.ts";
import { Node } from "../support/node.ts";
import { Kubectl, type Transfer } from "./kubectl.ts";
import { PortClient } from "./port-client.ts";
import { say } from "./progress.ts";
import { type Summary, summarise } from "./statistics.ts";

export interface Port {
  /**
   * Milliseconds from the start of the client to its first byte, and for `kubectl` what it takes to ask the API server alone.
   * `portLogs` and `portExec` are those of a client straight at the port.
   */
  readonly firstByte: Readonly<Record<"kubectl" | "journalctl", Summary>> &
    Readonly<Record<"logs" | "exec" | "portLogs" | "portExec", { readonly cold: Summary; readonly warm: Summary }>>;
  /** `journalctl` is the least that reading the same entries costs. */
  readonly throughput: Readonly<Record<"logs" | "journalctl" | "exec" | "forward", Throughput>>;
  /** MiB, at most: of its own, and with its share of programs and files in memory. */
  readonly followers: { readonly count: number; readonly own: number; readonly shared: number };
  /** CPU milliseconds of the service in `seconds` in which the followed container writes nothing. */
  readonly silence: { readonly seconds: number; readonly cpu: number };
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
const SILENT_SECONDS = 10;
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
    pod(node, "silent", shell("echo first; exec sleep infinity")),
    pod(node, "sends", { ...shell(SERVER), ports: [{ containerPort: SERVER_PORT }] }),
  );
  for (const name of ["talks", "floods", "silent", "sends"]) await node.container(name, ({ ready }) => ready);
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
  const silence = await measureSilence(node);
  const followers = await measureFollowers(node);
  await waitForServerExit(node);
  const left = '$(cat "/sys/fs/cgroup/systemd/system.slice/unitlet-api.service/cgroup.procs" 2>/dev/null)';
  return {
    firstByte,
    throughput,
    followers,
    silence,
    left: Number((await node.exec(`set -- ${left}; echo $#`)).stdout),
  };
}

async function measureFirstBytes(node: Node, kubectl: Kubectl, times: number): Promise<Port["firstByte"]> {
  const repeat = async (measure: () => Promise<number>) => {
    const values: number[] = [];
    for (let time = 0; time < times; time += 1) values.push(await measure());
    return summarise(values);
  };
  const client = new PortClient(node);
  const both = async (firstByte: () => Promise<number>) => {
    await firstByte();
    const cold = await repeat(async () => {
      await node.exec("systemctl stop unitlet-api.service");
      return await firstByte();
    });
    return { cold, warm: await repeat(firstByte) };
  };
  const journalctl = `date +%s%N; journalctl --namespace=unitlet.${node.namespace} -q -n 10 -o cat -u ${node.unit("talks")} | head -c 1 >/dev/null; date +%s%N`;
  return {
    kubectl: await repeat(() => kubectl.firstByte(["get", "pod", "talks"])),
    journalctl: await repeat(async () => {
      const [startedAt = 0, ended = 0] = (await node.exec(journalctl)).stdout.trim().split("\n").map(Number);
      return (ended - startedAt) / 1e6;
    }),
    logs: await both(() => kubectl.firstByte(["logs", "talks"])),
    exec: await both(() => kubectl.firstByte(["exec", "talks", "--", "echo", "x"])),
    portLogs: await both(() => client.firstByteOfLogs("talks")),
    portExec: await both(() => client.firstByteOfExec("talks")),
  };
}

async function measureThroughput(node: Node, kubectl: Kubectl, read: () => Promise<Transfer>): Promise<Throughput> {
  // One that is there before and after.
  await kubectl.firstByte(["logs", "talks"]);
  const before = await usedCpu(node);
  const { megabytes, seconds } = await read();
  return { speed: megabytes / seconds, cpu: ((await usedCpu(node)) - before) / megabytes };
}

/** CPU milliseconds of the service since its start. */
async function usedCpu(node: Node): Promise<number> {
  const stat = "/sys/fs/cgroup/unified/system.slice/unitlet-api.service/cpu.stat";
  return Number(/usage_usec (\d+)/.exec((await node.exec(`cat ${stat}`)).stdout)?.[1]) / 1000;
}

async function measureSilence(node: Node): Promise<Port["silence"]> {
  const follower = (await new PortClient(node).logs("silent", "follow=true")).resume();
  // The first reads are those of the lines that are there.
  await sleep(5000);
  const before = await usedCpu(node);
  await sleep(SILENT_SECONDS * 1000);
  const cpu = (await usedCpu(node)) - before;
  follower.destroy();
  return { seconds: SILENT_SECONDS, cpu };
}

/** The same entries by `journalctl` alone: the median of five times. */
async function measureJournalctl(node: Node): Promise<Throughput> {
  const tool = "/opt/bench/measure.pl";
  await node.machine.write(tool, readFileSync(new URL("measure.pl", import.meta.url)));
  const match = `_SYSTEMD_UNIT=${node.unit("floods")} _TRANSPORT=stdout`;
  const query = `journalctl --namespace=+unitlet.${node.namespace} --quiet --no-pager --output=cat ${match}`;
  // A busy computer takes ten times as long.
  const { stdout } = await node.machine.exec(`perl ${tool} 5 '' ${query}`, { timeout: 600_000 });
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
  const client = new PortClient(node);
  const opened = Array.from({ length: FOLLOWERS }, async () =>
    (await client.logs("talks", "follow=true&tailLines=1")).resume(),
  );
  const followers = await Promise.all(opened);
  let [own, shared] = [0, 0];
  for (let time = 0; time < 20; time += 1) {
    own = Math.max(own, await serviceMemory(node));
    shared = Math.max(shared, await serviceMemory(node, "Pss"));
  }
  for (const follower of followers) follower.destroy();
  return { count: FOLLOWERS, own, shared };
}

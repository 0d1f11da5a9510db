import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { CgroupFiles } from "../../../src/io/host/cgroup-files.ts";
import { type CgroupStats, readCgroupStats } from "../../../src/io/host/cgroup-stats.ts";
import { parseInterfaces } from "../../../src/io/host/network.ts";
import { readRootMemory } from "../../../src/io/host/node-stats.ts";
import { readPodOoms } from "../../../src/io/host/oom-kills.ts";
import { cadvisorMetrics, type MeasuredContainer } from "../../../src/serve/metrics/cadvisor.ts";

const NOW = 1_700_000_000_123;
const MACHINE = { cpus: 2, memoryTotal: 8e9, swapTotal: 0, machineID: "m", systemUUID: "s", bootID: "b" };

const measured = (stats: Partial<CgroupStats>): MeasuredContainer => ({
  id: "/unitlet.slice/x.service",
  namespace: "shop",
  pod: "web",
  container: "main",
  image: "host",
  name: "0a1b",
  startedAt: 1_699_999_999.5,
  stats: { disks: [], pressure: {}, ...stats },
});

const LABELS = 'container="main",id="/unitlet.slice/x.service",image="host",name="0a1b",namespace="shop",pod="web"';

function samples(each: MeasuredContainer): string[] {
  const text = cadvisorMetrics(MACHINE, [each], NOW);
  return text.split("\n").filter((line) => line.startsWith("container_"));
}

test("what is known of nothing but a name", () => {
  expect(samples(measured({}))).toEqual([
    `container_last_seen{${LABELS}} 1700000000 ${NOW}`,
    `container_start_time_seconds{${LABELS}} 1699999999.5`,
    "container_scrape_error 0",
  ]);
});

test("throttling is reported for containers with a limit, and no limit of memory is zero", () => {
  const unlimited = samples(measured({ memory: 10, periods: 3, throttled: 0.5 }));
  expect(unlimited.filter((line) => /cfs|quota/.test(line))).toEqual([]);
  expect(unlimited).toContain(`container_spec_memory_limit_bytes{${LABELS}} 0`);
  const limited = samples(measured({ cpuQuota: 20_000, periods: 3, throttledPeriods: 2, throttled: 0.5 }));
  expect(limited.filter((line) => /cfs|quota/.test(line))).toEqual([
    `container_cpu_cfs_periods_total{${LABELS}} 3 ${NOW}`,
    `container_cpu_cfs_throttled_periods_total{${LABELS}} 2 ${NOW}`,
    `container_cpu_cfs_throttled_seconds_total{${LABELS}} 0.5 ${NOW}`,
    `container_spec_cpu_quota{${LABELS}} 20000 ${NOW}`,
  ]);
});

test("labels besides: the CPU, the kind of a fault, the disk", () => {
  const disks = [{ device: "/dev/sda", readBytes: 1, writtenBytes: 2, reads: 3, writes: 4 }];
  const lines = samples(measured({ cpu: 1.5, majorPageFaults: 7, disks })).join("\n");
  for (const [name, label] of [
    ["container_cpu_usage_seconds_total", 'cpu="total"'],
    ["container_memory_failures_total", 'failure_type="pgmajfault"'],
    ["container_fs_writes_total", 'device="/dev/sda"'],
  ])
    expect(lines).toMatch(new RegExp(`^${name}{.*${label}.*} [\\d.]+ ${NOW}$`, "m"));
});

test("the network is the host's, without loopback and the ends of links to pods", () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0
  eth0: 1234567    1000    1    2    0     0          0         0  7654321    2000    3    4    0     0       0          0
vethx1:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0
`;
  const host = { ...measured({}), container: "", interfaces: parseInterfaces(text) };
  const network = samples(host)
    .filter((line) => line.startsWith("container_network"))
    .map((line) => line.replace(/{.*interface="(\w+)".*}/, " $1"));
  expect(network.map((line) => line.replace(/^container_network_|_total| \d+$/g, ""))).toEqual([
    "receive_bytes eth0 1234567",
    "receive_packets eth0 1000",
    "receive_errors eth0 1",
    "receive_packets_dropped eth0 2",
    "transmit_bytes eth0 7654321",
    "transmit_packets eth0 2000",
    "transmit_errors eth0 3",
    "transmit_packets_dropped eth0 4",
  ]);
});

test("a pod with a network of its own has samples, and its containers have none", () => {
  const traffic = { bytes: 1, packets: 2, errors: 3, dropped: 4 };
  const pod = { ...measured({}), id: "/p.slice", container: "", image: "", name: "" };
  const own = { ...pod, interfaces: [{ name: "eth0", received: traffic, transmitted: traffic }] };
  const lines = cadvisorMetrics(MACHINE, [own, measured({})], NOW).split("\n");
  const labels = 'container="",id="/p.slice",image="",interface="eth0",name="",namespace="shop",pod="web"';
  expect(lines.filter((line) => line.startsWith("container_network_receive"))).toEqual([
    `container_network_receive_bytes_total{${labels}} 1 ${NOW}`,
    `container_network_receive_packets_total{${labels}} 2 ${NOW}`,
    `container_network_receive_errors_total{${labels}} 3 ${NOW}`,
    `container_network_receive_packets_dropped_total{${labels}} 4 ${NOW}`,
  ]);
});

describe("what the kernel's files say", () => {
  const roots: string[] = [];
  afterEach(() => {
    for (const root of roots.splice(0)) rmSync(root, { recursive: true });
  });

  function tree(files: Readonly<Record<string, string>>): CgroupFiles {
    const root = mkdtempSync(join(tmpdir(), "unitlet-cgroup-"));
    roots.push(root);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    return new CgroupFiles(root);
  }

  const MEMORY = { memory: 1000, workingSet: 700, memoryMax: 2000, cache: 400, rss: 500, mapped: 50, swap: 5 };
  const LIMITS = { memoryLimit: 4096, failures: 6, pageFaults: 70, majorPageFaults: 8, oomKills: 1 };
  const CPU = { cpu: 3.5, cpuUser: 2, cpuSystem: 1.5, periods: 10, throttledPeriods: 4, throttled: 0.25 };
  const DISKS = [{ device: "8:0", readBytes: 1, writtenBytes: 2, reads: 3, writes: 4 }];
  const EXPECTED = {
    ...{ ...CPU, ...MEMORY, ...LIMITS, cpuPeriod: 100_000, cpuQuota: 20_000 },
    ...{ processes: 2, threads: 3, threadsMax: 99, disks: DISKS, pressure: {} },
  };

  test("v2", () => {
    const files = tree({
      "cgroup.controllers": "cpu memory\n",
      "a/cpu.stat":
        "usage_usec 3500000\nuser_usec 2000000\nsystem_usec 1500000\nnr_periods 10\nnr_throttled 4\nthrottled_usec 250000\n",
      "a/cpu.max": "20000 100000\n",
      "a/cpu.weight": "100\n",
      "a/memory.current": "1000\n",
      "a/memory.peak": "2000\n",
      "a/memory.stat": "anon 500\nfile 400\nfile_mapped 50\ninactive_file 300\npgfault 70\npgmajfault 8\n",
      "a/memory.events": "low 0\nmax 6\noom 1\noom_kill 3\noom_group_kill 1\n",
      "a/memory.oom.group": "1\n",
      "a/memory.max": "4096\n",
      "a/memory.swap.current": "5\n",
      "a/memory.swap.max": "max\n",
      "a/cgroup.procs": "1\n2\n",
      "a/pids.current": "3\n",
      "a/pids.max": "99\n",
      "a/cpu.pressure":
        "some avg10=1.50 avg60=0.30 avg300=0.10 total=1500000\nfull avg10=0.50 avg60=0.10 avg300=0.00 total=500000\n",
      "a/io.pressure": "some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n",
      "a/io.stat": "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n",
    });
    const none = { total: 0, avg10: 0, avg60: 0, avg300: 0 };
    const some = { total: 1_500_000, avg10: 1.5, avg60: 0.3, avg300: 0.1 };
    const pressure = {
      cpu: { some, full: { total: 500_000, avg10: 0.5, avg60: 0.1, avg300: 0 } },
      io: { some: { ...none, total: 7 }, full: none },
    };
    expect(readCgroupStats(files, "a")).toEqual({ ...EXPECTED, cpuShares: 2597, pressure });
  });

  test("the root of v2 has the sum of its pages, and that of v1 a file", () => {
    const v2 = tree({ "cgroup.controllers": "memory\n", "memory.stat": "anon 500\nfile 400\n" });
    expect(readRootMemory(v2)).toBe(900);
    expect(readRootMemory(tree({ "memory/memory.usage_in_bytes": "1000\n" }))).toBe(1000);
  });

  test("the slice of a pod counts what its own limit has killed, and not what those of its containers have", () => {
    const v2 = tree({
      "cgroup.controllers": "memory\n",
      "pod/memory.events": "low 0\nmax 6\noom 1\noom_kill 3\noom_group_kill 1\n",
      "pod/memory.events.local": "low 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n",
    });
    expect(readPodOoms(v2, "pod")).toBe(0);
    expect(readPodOoms(tree({ "memory/pod/memory.oom_control": "oom_kill 1\n" }), "pod")).toBe(1);
  });

  test("v1, with a v2 tree beside it", () => {
    const files = tree({
      "unified/a/cgroup.procs": "1\n2\n",
      "cpu,cpuacct/a/cpuacct.usage": "3500000000\n",
      "cpu,cpuacct/a/cpuacct.stat": "user 200\nsystem 150\n",
      "cpu,cpuacct/a/cpu.stat": "nr_periods 10\nnr_throttled 4\nthrottled_time 250000000\n",
      "cpu,cpuacct/a/cpu.cfs_quota_us": "20000\n",
      "cpu,cpuacct/a/cpu.cfs_period_us": "100000\n",
      "cpu,cpuacct/a/cpu.shares": "1024\n",
      "memory/a/memory.usage_in_bytes": "1000\n",
      "memory/a/memory.max_usage_in_bytes": "2000\n",
      "memory/a/memory.failcnt": "6\n",
      "memory/a/memory.limit_in_bytes": "4096\n",
      "memory/a/memory.memsw.limit_in_bytes": "9223372036854771712\n",
      "memory/a/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
      "memory/a/memory.stat":
        "cache 1\ntotal_cache 400\ntotal_rss 500\ntotal_mapped_file 50\ntotal_inactive_file 300\ntotal_swap 5\ntotal_pgfault 70\ntotal_pgmajfault 8\n",
      "pids/a/pids.current": "3\n",
      "pids/a/pids.max": "99\n",
      "blkio/a/blkio.throttle.io_service_bytes_recursive": "8:0 Read 1\n8:0 Write 2\n8:0 Total 3\nTotal 3\n",
      "blkio/a/blkio.throttle.io_serviced_recursive": "8:0 Read 3\n8:0 Write 4\nTotal 7\n",
    });
    expect(readCgroupStats(files, "a")).toEqual({ ...EXPECTED, cpuShares: 1024 });
  });

  test("a cgroup that is gone has nothing, and -1 is no limit", () => {
    const files = tree({ "systemd/x": "", "cpu/a/cpu.cfs_quota_us": "-1\n" });
    expect(readCgroupStats(files, "gone")).toEqual({ processes: 0, disks: [], pressure: {} });
    expect(readCgroupStats(files, "a").cpuQuota).toBeUndefined();
  });
});

import { expect, test } from "vitest";
import { statsSummary, type UnitStats } from "../../../src/serve/info/stats-summary.ts";
import { HOST } from "../../report/node/base-host.ts";

const AT = Date.parse("2026-01-02T03:04:05Z");
const time = "2026-01-02T03:04:05Z";

const unit = (container: string, rest: Partial<UnitStats>): UnitStats => ({
  identity: {
    namespace: "shop",
    pod: "web",
    podUID: "u",
    container,
    kind: container ? "container" : "slice",
    specHash: "",
  },
  disks: [],
  pressure: {},
  ...rest,
});

const started = { startedAt: AT / 1000 - 60 };
const before = {
  at: AT - 250,
  node: { cpu: 100, workingSet: 0 },
  units: [unit("", { cpu: 1 }), unit("main", { cpu: 0.5, ...started }), unit("again", { cpu: 9, startedAt: 1 })],
};
const after = {
  at: AT,
  node: { cpu: 100.5, workingSet: 1024, swap: 3, pressure: {} },
  units: [
    unit("", { cpu: 1.25, workingSet: 300 }),
    unit("main", { cpu: 0.625, workingSet: 200, swap: 5, processes: 2, ...started }),
    unit("again", { cpu: 0.125, startedAt: AT / 1000 }),
    unit("backing-off", { cpu: 1 }),
  ],
};

test("rates from two samples; what is not counted, and the rate of what has just begun, is left out", () => {
  expect(statsSummary({ node: "edge", host: HOST, before, after })).toEqual({
    node: {
      nodeName: "edge",
      startTime: "2026-01-01T00:00:00Z",
      cpu: { time, usageNanoCores: 2_000_000_000, usageCoreNanoSeconds: 100_500_000_000 },
      memory: { time, workingSetBytes: 1024, availableBytes: HOST.memoryTotal - 1024 },
    },
    pods: [
      {
        podRef: { name: "web", namespace: "shop", uid: "u" },
        startTime: "2026-01-02T03:03:05Z",
        cpu: { time, usageNanoCores: 1_000_000_000, usageCoreNanoSeconds: 1_250_000_000 },
        memory: { time, workingSetBytes: 300 },
        containers: [
          {
            name: "main",
            startTime: "2026-01-02T03:03:05Z",
            cpu: { time, usageNanoCores: 500_000_000, usageCoreNanoSeconds: 625_000_000 },
            memory: { time, workingSetBytes: 200 },
            swap: { time, swapUsageBytes: 5 },
          },
          { name: "again", startTime: time, cpu: { time, usageCoreNanoSeconds: 125_000_000 } },
        ],
      },
    ],
  });
});

test("memory and swap have what is used of them and what is left, and the kernel's counts", () => {
  const stats = { memory: 250, workingSet: 200, rss: 150, pageFaults: 7, majorPageFaults: 1, memoryLimit: 1000 };
  const main = unit("main", { ...stats, swap: 5, swapLimit: 20, ...started });
  const summary = statsSummary({ node: "edge", host: HOST, before, after: { ...after, units: [unit("", {}), main] } });
  expect(summary.pods).toMatchObject([
    {
      containers: [
        {
          memory: {
            time,
            availableBytes: 800,
            ...{ usageBytes: 250, workingSetBytes: 200, rssBytes: 150, pageFaults: 7, majorPageFaults: 1 },
          },
          swap: { time, swapAvailableBytes: 15, swapUsageBytes: 5 },
        },
      ],
    },
  ]);
});

test("pressure is there for each resource when the kernel counts it, and that of I/O in the whole summary alone", () => {
  const data = { total: 7, avg10: 1, avg60: 0.5, avg300: 0 };
  const psi = { some: data, full: { ...data, total: 0 } };
  const pressure = { cpu: psi, memory: psi, io: psi };
  const units = [unit("", { cpu: 1, workingSet: 1, pressure }), unit("main", { cpu: 1, pressure, ...started })];
  const input = { node: "edge", host: HOST, before, after: { ...after, node: { ...after.node, pressure }, units } };
  const whole = statsSummary({ ...input, disk: { files: new Map(), logs: new Map() } });
  const part = { cpu: { psi }, memory: { psi }, io: { time, psi } };
  expect(whole.node).toMatchObject(part);
  expect(whole.pods).toMatchObject([{ ...part, containers: [{ cpu: { psi }, io: { time, psi } }] }]);
  expect(JSON.stringify(statsSummary(input))).not.toContain('"io"');
});

test("the whole summary has the file system, the processes and the files of pods, too", () => {
  const disk = {
    files: new Map([["u", { inodes: 7, containers: new Map([["main", 4096]]), volumes: new Map([["data", 8192]]) }]]),
    logs: new Map([["u", new Map([["main", 100]])]]),
  };
  const { node, pods } = statsSummary({ node: "edge", host: { ...HOST, swapTotal: 8 }, before, after, disk });
  expect(node).toMatchObject({
    fs: { time, capacityBytes: HOST.diskTotal, inodesUsed: 1_000_000 },
    rlimit: { time, maxpid: 32768, curproc: 400 },
    swap: { time, swapAvailableBytes: 5, swapUsageBytes: 3 },
  });
  expect(pods).toMatchObject([
    {
      volume: [{ time, name: "data", usedBytes: 8192 }],
      process_stats: { process_count: 2 },
      "ephemeral-storage": { time, usedBytes: 12_388, inodesUsed: 7 },
      containers: [
        { name: "main", rootfs: { time, usedBytes: 4096 }, logs: { time, usedBytes: 100 } },
        { name: "again", rootfs: { time, usedBytes: 0 } },
      ],
    },
  ]);
});

test("a pod with a network of its own has its traffic, one on the host's network has none, and the node has the host's", () => {
  const counts = (bytes: number) => ({ bytes, packets: 9, errors: 1, dropped: 9 });
  const eth0 = { name: "eth0", received: counts(10), transmitted: counts(20) };
  const other = { name: "net1", received: counts(30), transmitted: counts(40) };
  const figures = { name: "eth0", rxBytes: 10, rxErrors: 1, txBytes: 20, txErrors: 1 };
  const more = { name: "net1", rxBytes: 30, rxErrors: 1, txBytes: 40, txErrors: 1 };
  const input = { node: "edge", host: HOST, before, after };
  const own = statsSummary({ ...input, traffic: { host: [other], pods: new Map([["u", [other, eth0]]]) } });
  expect(own.pods).toMatchObject([{ network: { time, ...figures, interfaces: [more, figures] } }]);
  expect(own.node).toMatchObject({ network: { time, name: "", interfaces: [more] } });
  const onHost = statsSummary({ ...input, traffic: { host: [eth0], pods: new Map() } });
  expect(onHost.pods).not.toMatchObject([{ network: {} }]);
});

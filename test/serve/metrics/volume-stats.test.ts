import { expect, test } from "vitest";
import type { PodSummary } from "../../../src/model/pod-summary.ts";
import { volumeStats } from "../../../src/serve/metrics/volume-stats.ts";

const usage = { capacity: 100, available: 60, used: 35, inodes: 10, inodesFree: 7, inodesUsed: 3 };
const pod = (name: string, ...claims: readonly string[]): PodSummary => ({
  ...{ namespace: "shop", name, uid: name, phase: "Running", containers: [] },
  claims: claims.map((claim) => ({ volume: "v", claim, path: `/srv/${claim}` })),
});
const samples = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

test("a claim has the figures of its file system once, whatever the number of its pods", () => {
  const labels = '{namespace="shop",persistentvolumeclaim="data"}';
  expect(samples(volumeStats([pod("a", "data"), pod("b", "data")], new Map([["/srv/data", usage]])))).toEqual([
    `kubelet_volume_stats_capacity_bytes${labels} 100`,
    `kubelet_volume_stats_available_bytes${labels} 60`,
    `kubelet_volume_stats_used_bytes${labels} 35`,
    `kubelet_volume_stats_inodes${labels} 10`,
    `kubelet_volume_stats_inodes_free${labels} 7`,
    `kubelet_volume_stats_inodes_used${labels} 3`,
  ]);
});

test("a claim whose server does not answer is left out", () => {
  expect(volumeStats([pod("a", "data")], new Map())).toBe("");
});

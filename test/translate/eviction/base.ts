import type { Pod, PodStatus, Resources } from "../../../src/model/api/pod.ts";
import type { PodUsage } from "../../../src/model/host/usage.ts";
import type { World } from "../../../src/model/world.ts";
import { evictions } from "../../../src/translate/eviction/evict.ts";
import { CONFIG, container, HOST, pod } from "../base.ts";

export const MI = 1024 ** 2;

export function running(name: string, resources: Resources = {}, spec: object = {}, status: PodStatus = {}): Pod {
  const made = pod(
    { containers: [container({ resources })], ...spec },
    { name, uid: name, creationTimestamp: "2026-01-01T00:00:00Z" },
  );
  return { ...made, status: { phase: "Running", startTime: "2026-01-01T00:00:00Z", ...status } };
}

export function using(memory: number, rest: Partial<PodUsage> = {}): PodUsage {
  const none = { processes: 0, disk: 0, inodes: 0, containerDisk: new Map(), volumes: new Map() };
  return { memory: memory * MI, ...none, containers: new Map([["app", memory * MI]]), ...rest };
}

export function world(
  pods: readonly Pod[],
  usage: Readonly<Record<string, PodUsage>>,
  host: object,
  change: object = {},
): World {
  const cluster = { server: "https://api", insecureSkipTLSVerify: false };
  return {
    ...{ now: 0, config: { ...CONFIG, cluster }, host: { ...HOST, ...host }, pods: { complete: true, items: pods } },
    ...{ units: new Map(), directories: new Map(), usage: new Map(Object.entries(usage)) },
    ...change,
  } as unknown as World;
}

export function evicted(...args: Parameters<typeof world>): Record<string, string> {
  return Object.fromEntries([...evictions(world(...args))].map(([uid, { message }]) => [uid, message]));
}

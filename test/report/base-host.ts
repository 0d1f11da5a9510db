import type { Config } from "../../src/model/config.ts";
import type { Host } from "../../src/model/host.ts";

export const CONFIG: Config = {
  nodeName: "edge",
  manifests: "/etc/unitlet/manifests",
  images: "strict",
  podNetwork: "host",
  watch: false,
  taint: true,
  nodeLabels: {},
  nodeIPs: [],
  maxPods: 110,
  reservedCpu: 0,
  reservedMemory: 0,
  evictionMemory: 100 * 1024 ** 2,
  evictionDisk: 0.1,
  apiTimeout: 10_000,
  port: 10250,
};

export const HOST: Host = {
  hostname: "edge.example.org",
  addresses: ["192.0.2.7"],
  cpus: 4,
  memoryTotal: 8_138_752 * 1024,
  memoryAvailable: 6 * 1024 ** 3,
  diskTotal: 30_416_743 * 1024,
  diskAvailable: 20 * 1024 ** 3,
  inodesTotal: 2_000_000,
  inodesFree: 1_000_000,
  pidsMax: 32768,
  pidsUsed: 400,
  machineID: "0123456789abcdef0123456789abcdef",
  bootID: "11111111-2222-4333-8444-555555555555",
  systemUUID: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
  kernelVersion: "6.1.0-30-amd64",
  osImage: "Debian GNU/Linux 12 (bookworm)",
  architecture: "amd64",
  bootedAt: Date.UTC(2026, 0, 1),
  swapTotal: 0,
  systemdVersion: "252",
};

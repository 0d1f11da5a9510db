import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseSettings } from "../../src/config/settings.ts";
import { toConfig } from "../../src/config/to-config.ts";
import { knownKeys } from "./known-keys.ts";

const FILE = "/etc/unitlet/unitlet.conf";

const settings = (text: string) => parseSettings([{ path: FILE, text }]);
const config = (text: string) => toConfig(settings(text), "Edge.example.org", undefined);
const NONE_RESERVED = { cpu: 0, memory: 0, ephemeralStorage: 0, pids: 0 };

test("without a file every setting has its default", () => {
  expect(toConfig(parseSettings([]), "Edge.example.org", undefined)).toEqual({
    nodeName: "edge.example.org",
    ...{ manifests: "/etc/unitlet/manifests", staticPods: false },
    imagePulls: "allow",
    ignoreImages: false,
    ...{ hostFiles: "all", hostAccounts: "any", adoptUnits: "any", hostPaths: "any" },
    packages: "signed",
    portForward: "declared",
    allowedUnsafeSysctls: [],
    hostNetwork: "default",
    podNetwork: "host",
    podCIDR: ["10.86.0.0/24"],
    clusterDNS: [],
    clusterDomain: "cluster.local",
    watch: false,
    taint: true,
    ...{ unitDirectory: "/etc/systemd/system", dropIns: "remove" },
    nodeLabels: {},
    nodeIPs: [],
    maxPods: 110,
    podPidsLimit: -1,
    singleProcessOOMKill: false,
    ...{ memorySwap: "none", memoryReservationPolicy: "none" },
    systemReserved: NONE_RESERVED,
    evictionHard: {
      "memory.available": { quantity: 100 * 1024 ** 2 },
      "nodefs.available": { fraction: 0.1 },
      "nodefs.inodesFree": { fraction: 0.05 },
      "imagefs.available": { fraction: 0.15 },
      "imagefs.inodesFree": { fraction: 0.05 },
      "pid.available": { fraction: 0.05 },
    },
    evictionSoft: {},
    evictionSoftGracePeriod: {},
    evictionMaxPodGracePeriod: 0,
    evictionMinimumReclaim: {},
    evictionPressureTransitionPeriod: 300_000,
    unfencedRoot: "deny",
    acceptedVulnerabilities: [],
    imageChecksums: "required",
    imageGCHighThresholdPercent: 85,
    imageGCLowThresholdPercent: 80,
    autoUpdateTimeout: 300_000,
    namespaceLogMaxSize: 1024 ** 3,
    syncFrequency: 60_000,
    apiServerTimeout: 5000,
    kubeletPort: 10250,
  });
});

describe("a node that has joined", () => {
  const cluster = { server: "https://192.0.2.1:6443", insecureSkipTLSVerify: false };
  const joined = (text: string) => toConfig(settings(text), "edge", cluster);

  test("admits no pod to the host's files, accounts and packages by default", () => {
    expect(joined("")).toMatchObject({ hostFiles: [], hostAccounts: [], packages: "off", portForward: "declared" });
  });

  test("has the policy that its settings say", () => {
    expect(joined("hostFiles = all\nhostAccounts = any\npackages = any")).toMatchObject({
      ...{ hostFiles: "all", hostAccounts: "any", packages: "any" },
    });
  });
});

describe("the file that is installed", () => {
  const lines = readFileSync("units/systemd/unitlet.conf", "utf8").split("\n");
  const documented = lines.flatMap(
    (line) =>
      /^#(\w+) =(.*)$/
        .exec(line)
        ?.slice(1, 3)
        .map((word) => word.trim()) ?? [],
  );
  const pairs = Array.from({ length: documented.length / 2 }, (_, at) => documented.slice(at * 2, at * 2 + 2));

  test("documents every setting", () => {
    expect(pairs.map(([key]) => key).toSorted()).toEqual(knownKeys().toSorted());
  });

  test("sets nothing", () => {
    expect(settings(lines.join("\n"))).toEqual(parseSettings([]));
  });

  test.for(pairs.filter(([, value]) => value !== ""))("tells the default: %s = %s", ([key, value]) => {
    expect(config(`${key} = ${value}`)).toEqual(config(""));
  });
});

describe("a setting", () => {
  const cases: [string, object][] = [
    ["nodeName = rack-7.example.org", { nodeName: "rack-7.example.org" }],
    ["manifests = /srv/pods", { manifests: "/srv/pods" }],
    ["imagePulls = deny", { imagePulls: "deny" }],
    ["ignoreImages = yes", { ignoreImages: true }],
    ["hostFiles = none", { hostFiles: [] }],
    ["hostFiles = shop, kube-system", { hostFiles: ["shop", "kube-system"] }],
    ["hostAccounts = none", { hostAccounts: [] }],
    ["hostAccounts = root,www-data,1000", { hostAccounts: ["root", "www-data", "1000"] }],
    ["hostPaths = none", { hostPaths: [] }],
    [
      "hostPaths = /srv//data/, /var/log:ro, /",
      {
        hostPaths: [
          { prefix: "/srv/data", readOnly: false },
          { prefix: "/var/log", readOnly: true },
          { prefix: "/", readOnly: false },
        ],
      },
    ],
    ["portForward = any", { portForward: "any" }],
    ["packages = off", { packages: "off" }],
    ["packages = any", { packages: "any" }],
    ["hostNetwork = required", { hostNetwork: "required" }],
    ["clusterDNS = 10.96.0.10, fd00::10", { clusterDNS: ["10.96.0.10", "fd00::10"] }],
    ["podNetwork = bridge", { podNetwork: "bridge" }],
    ["podCIDR = 10.87.0.0/16, fd00:87::/64", { podCIDR: ["10.87.0.0/16", "fd00:87::/64"] }],
    ["clusterDomain = example.org", { clusterDomain: "example.org" }],
    ["watch = yes", { watch: true }],
    ["taint = no", { taint: false }],
    ["nodeLabels = a=b", { nodeLabels: { a: "b" } }],
    ["nodeLabels = example.org/zone=a, empty=", { nodeLabels: { "example.org/zone": "a", empty: "" } }],
    ["nodeLabels =", { nodeLabels: {} }],
    ["nodeIP = auto", { nodeIPs: [] }],
    ["nodeIP = 192.0.2.1", { nodeIPs: ["192.0.2.1"] }],
    ["nodeIP = 192.0.2.1, 2001:db8::1", { nodeIPs: ["192.0.2.1", "2001:db8::1"] }],
    ["nodeLabels = ab=cd", { nodeLabels: { ab: "cd" } }],
    ["maxPods = 1", { maxPods: 1 }],
    ["podPidsLimit = 1024", { podPidsLimit: 1024 }],
    ["singleProcessOOMKill = yes", { singleProcessOOMKill: true }],
    ["maxPods = 1000", { maxPods: 1000 }],
    ["systemReserved = cpu=500m", { systemReserved: { ...NONE_RESERVED, cpu: 500 } }],
    ["systemReserved = cpu=1.5, memory=1Gi", { systemReserved: { ...NONE_RESERVED, cpu: 1500, memory: 1024 ** 3 } }],
    ["systemReserved = ephemeral-storage=2Gi", { systemReserved: { ...NONE_RESERVED, ephemeralStorage: 2 ** 31 } }],
    ["systemReserved = pid=1k", { systemReserved: { ...NONE_RESERVED, pids: 1000 } }],
    ["systemReserved =", { systemReserved: NONE_RESERVED }],
    ["evictionHard =", { evictionHard: {} }],
    [
      "evictionSoft = memory.available<1Gi,pid.available<10%\nevictionSoftGracePeriod = memory.available=1m30s, pid.available=0",
      {
        evictionSoft: { "memory.available": { quantity: 1024 ** 3 }, "pid.available": { fraction: 0.1 } },
        evictionSoftGracePeriod: { "memory.available": 90_000, "pid.available": 0 },
      },
    ],
    [
      "evictionSoftGracePeriod = memory.available=1h0.5m2s3ms",
      { evictionSoftGracePeriod: { "memory.available": 3_632_003 } },
    ],
    ["evictionMaxPodGracePeriod = 60", { evictionMaxPodGracePeriod: 60 }],
    [
      "evictionMinimumReclaim = memory.available=0Mi,nodefs.available=1%",
      { evictionMinimumReclaim: { "memory.available": { quantity: 0 }, "nodefs.available": { fraction: 0.01 } } },
    ],
    ["evictionPressureTransitionPeriod = 0s", { evictionPressureTransitionPeriod: 0 }],
    ["evictionHard = memory.available<1Gi", { evictionHard: { "memory.available": { quantity: 1024 ** 3 } } }],
    ["evictionHard = nodefs.available<2.5%", { evictionHard: { "nodefs.available": { fraction: 0.025 } } }],
    [
      "evictionHard = nodefs.inodesFree<1k, pid.available<10%",
      { evictionHard: { "nodefs.inodesFree": { quantity: 1000 }, "pid.available": { fraction: 0.1 } } },
    ],
    [
      "evictionHard = memory.available<0%,nodefs.available<100%,pid.available<7",
      { evictionHard: { "pid.available": { quantity: 7 } } },
    ],
    [
      "acceptedVulnerabilities = CVE-2024-3727, CVE-2026-30892",
      { acceptedVulnerabilities: ["CVE-2024-3727", "CVE-2026-30892"] },
    ],
    ["unfencedRoot = allow", { unfencedRoot: "allow" }],
    ["imageChecksums = optional", { imageChecksums: "optional" }],
    ["imageGCHighThresholdPercent = 100", { imageGCHighThresholdPercent: 100 }],
    ["imageGCLowThresholdPercent = 0", { imageGCLowThresholdPercent: 0 }],
    ["namespaceLogMaxSize = 64Mi", { namespaceLogMaxSize: 64 * 1024 ** 2 }],
    ["imageGCLowThresholdPercent = 84", { imageGCLowThresholdPercent: 84 }],
    ["apiServerTimeout = 10s", { apiServerTimeout: 10_000 }],
    ["kubeletPort = 1", { kubeletPort: 1 }],
    ["kubeletPort = 65535", { kubeletPort: 65535 }],
    ['nodeName = "quoted"', { nodeName: "quoted" }],
    ["nodeName = x ; a comment", { nodeName: "x" }],
    ["# a comment\n\n  nodeName=x  \n", { nodeName: "x" }],
  ];

  test.for(cases)("%s", ([text, expected]) => {
    expect(config(text)).toEqual({ ...config(""), ...expected });
  });
});

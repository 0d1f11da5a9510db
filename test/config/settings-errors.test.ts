import { describe, expect, test } from "vitest";
import { parseSettings } from "../../src/config/settings.ts";
import { knownKeys } from "./known-keys.ts";

const FILE = "/etc/unitlet/unitlet.conf";

const SIGNALS =
  "memory.available, nodefs.available, nodefs.inodesFree, imagefs.available, imagefs.inodesFree, pid.available";

const settings = (text: string) => parseSettings([{ path: FILE, text }]);

describe("a bad value is told with file, key, value and what was expected", () => {
  const cases: [string, string][] = [
    ["nodeName = Edge", "nodeName = Edge: expected a DNS name in lower case"],
    ["nodeName = a..b", "nodeName = a..b: expected a DNS name in lower case"],
    ["nodeName =", "nodeName = : expected a DNS name in lower case"],
    ["kubeconfig = kubeconfig", "kubeconfig = kubeconfig: expected an absolute path"],
    ["manifests = ./manifests", "manifests = ./manifests: expected an absolute path"],
    ["imagePulls = strict", "imagePulls = strict: expected allow or deny"],
    ["ignoreImages = ignore", "ignoreImages = ignore: expected yes or no"],
    ...["", "shop,all", "Shop", "a b"].map((value): [string, string] => [
      `hostFiles = ${value}`,
      `hostFiles = ${value}: expected all, none or namespaces, such as shop,web`,
    ]),
    ...["", "any,root", "a b", "-x"].map((value): [string, string] => [
      `hostAccounts = ${value}`,
      `hostAccounts = ${value}: expected none, any or names of users and groups, such as postgres,www-data`,
    ]),
    ...["srv", "/srv/../etc", "none,/srv"].map((value): [string, string] => [
      `hostPaths = ${value}`,
      `hostPaths = ${value}: expected any, none or absolute paths, such as /srv/data,/var/log:ro`,
    ]),
    ["portForward = all", "portForward = all: expected declared or any"],
    ["packages = yes", "packages = yes: expected off, signed or any"],
    ["hostNetwork = cni", "hostNetwork = cni: expected default or required"],
    ["podNetwork = calico", "podNetwork = calico: expected host, bridge or cni"],
    ["podCIDR = 10.86.0.0", 'podCIDR = 10.86.0.0: "10.86.0.0": expected a range such as 10.86.0.0/24'],
    ["clusterDNS = kube-dns", "clusterDNS = kube-dns: expected IP addresses"],
    ["watch = true", "watch = true: expected yes or no"],
    ["watch", "watch = true: expected yes or no"],
    ["taint = 1", "taint = 1: expected yes or no"],
    ["nodeLabels = a", "nodeLabels = a: expected key=value, key=value"],
    ["nodeLabels = a=b c=d", "nodeLabels = a=b c=d: expected key=value, key=value"],
    ["nodeIP = edge", "nodeIP = edge: expected auto or IP addresses"],
    ["nodeIP = 192.0.2.256", "nodeIP = 192.0.2.256: expected auto or IP addresses"],
    ["maxPods = 0", "maxPods = 0: expected a whole number from 1 to 1000"],
    ["maxPods = 1e3", "maxPods = 1e3: expected a whole number from 1 to 1000"],
    ["maxPods = -1", "maxPods = -1: expected a whole number from 1 to 1000"],
    ["memoryReservationPolicy = Tiered", "memoryReservationPolicy = Tiered: expected none or tiered"],
    ["memorySwap = LimitedSwap", "memorySwap = LimitedSwap: expected none or limited"],
    ...["0", "1.1", "-0.5", "90%", ""].map((value): [string, string] => [
      `memoryThrottlingFactor = ${value}`,
      `memoryThrottlingFactor = ${value}: expected a number above 0 up to 1, such as 0.9`,
    ]),
    ["systemReserved = cpu=half", "systemReserved = cpu=half: cpu: expected a quantity such as 500m"],
    ["systemReserved = cpu=-1", "systemReserved = cpu=-1: cpu: expected a quantity such as 500m"],
    ["systemReserved = memory=1 GB", "systemReserved = memory=1 GB: memory: expected a quantity such as 512Mi"],
    ["systemReserved = 500m", 'systemReserved = 500m: "500m": expected RESOURCE=QUANTITY, such as cpu=500m'],
    ["systemReserved = cpu=1,cpu=2", "systemReserved = cpu=1,cpu=2: cpu is there twice"],
    [
      "systemReserved = gpu=1",
      'systemReserved = gpu=1: unknown resource "gpu"; expected one of cpu, memory, ephemeral-storage, pid',
    ],
    ["systemReserved = pid=many", "systemReserved = pid=many: pid: expected a quantity such as 1000"],
    ["evictionHard = 5%", 'evictionHard = 5%: "5%": expected SIGNAL<THRESHOLD, such as memory.available<100Mi'],
    [
      "evictionHard = memory.available<5%,disk.available<15%",
      `evictionHard = memory.available<5%,disk.available<15%: unknown signal "disk.available"; expected one of ${SIGNALS}`,
    ],
    [
      "evictionHard = containerfs.available<15%",
      `evictionHard = containerfs.available<15%: containerfs.available: containers are on the file system of nodefs, and its thresholds apply; expected one of ${SIGNALS}`,
    ],
    [
      "evictionHard = pid.available<1,pid.available<2",
      "evictionHard = pid.available<1,pid.available<2: pid.available is there twice",
    ],
    ...["0", "-5Mi", "much", "101%", "-1%"].map((value): [string, string] => [
      `evictionHard = memory.available<${value}`,
      `evictionHard = memory.available<${value}: memory.available: expected a quantity above 0 such as 100Mi, or a percentage up to 100%`,
    ]),
    ["evictionSoft = 5%", 'evictionSoft = 5%: "5%": expected SIGNAL<THRESHOLD, such as memory.available<100Mi'],
    [
      "evictionSoftGracePeriod = memory.available",
      'evictionSoftGracePeriod = memory.available: "memory.available": expected SIGNAL=DURATION, such as memory.available=1m30s',
    ],
    ...["90", "-1s", "1d", "s", ""].map((value): [string, string] => [
      `evictionSoftGracePeriod = memory.available=${value}`,
      `evictionSoftGracePeriod = memory.available=${value}: memory.available: expected a duration such as 90s or 1m30s`,
    ]),
    [
      "evictionMinimumReclaim = memory=1Mi",
      `evictionMinimumReclaim = memory=1Mi: unknown signal "memory"; expected one of ${SIGNALS}`,
    ],
    ...["-1", "0%", "much"].map((value): [string, string] => [
      `evictionMinimumReclaim = nodefs.available=${value}`,
      `evictionMinimumReclaim = nodefs.available=${value}: nodefs.available: expected a quantity such as 500Mi, or a percentage above 0%`,
    ]),
    [
      "evictionSoft = memory.available<1Gi",
      "evictionSoft: grace period must be specified for the soft eviction threshold memory.available, such as evictionSoftGracePeriod = memory.available=1m30s",
    ],
    [
      "evictionMaxPodGracePeriod = 30s",
      "evictionMaxPodGracePeriod = 30s: expected a whole number from 0 to 2147483647",
    ],
    ["evictionPressureTransitionPeriod = 5", "evictionPressureTransitionPeriod = 5: expected a duration, such as 5m"],
    ["imageGCHighThresholdPercent = 85%", "imageGCHighThresholdPercent = 85%: expected a whole number from 0 to 100"],
    ["imageGCHighThresholdPercent = 101", "imageGCHighThresholdPercent = 101: expected a whole number from 0 to 100"],
    ["namespaceLogMaxSize = 1Mi", "namespaceLogMaxSize = 1Mi: expected a quantity of at least 16Mi, such as 1Gi"],
    ["namespaceLogMaxSize = x", "namespaceLogMaxSize = x: expected a quantity of at least 16Mi, such as 1Gi"],
    ["imageGCLowThresholdPercent = -1", "imageGCLowThresholdPercent = -1: expected a whole number from 0 to 100"],
    ["syncFrequency = 5s", "syncFrequency = 5s: expected 10s to 10m"],
    ["syncFrequency = 11m", "syncFrequency = 11m: expected 10s to 10m"],
    ["apiServerTimeout = 0s", "apiServerTimeout = 0s: expected 1s to 10s"],
    ["apiServerTimeout = 11s", "apiServerTimeout = 11s: expected 1s to 10s"],
    ["apiServerTimeout = 5", "apiServerTimeout = 5: expected 1s to 10s"],
    ["kubeletIdleTimeout = 0s", "kubeletIdleTimeout = 0s: expected 1s to 9999s"],
    ["clientCAFile = ca.crt", "clientCAFile = ca.crt: expected an absolute path"],
    ["kubeletPort = 65536", "kubeletPort = 65536: expected a whole number from 1 to 65535"],
  ];

  test.for(cases)("%s", ([text, message]) => {
    expect(() => settings(text)).toThrow(
      expect.objectContaining({ name: "ConfigError", message: `${FILE}: ${message}` }),
    );
  });

  test("an unknown key is told with those that are known", () => {
    expect(() => settings("nodename = x")).toThrow(
      `${FILE}: nodename: unknown key; expected one of ${knownKeys().join(", ")}`,
    );
  });

  test.for([
    "port",
    "apiIdle",
    "apiTimeout",
    "clientCA",
    "debs",
    "images",
    "reservedCPU",
    "reservedMemory",
    "evictionMemory",
    "evictionDisk",
    "imageGC",
  ])("the old name %s is unknown", (key) => {
    expect(() => settings(`${key} = 1`)).toThrow(`${FILE}: ${key}: unknown key; expected one of nodeName, `);
  });

  test.for([
    ["imageGCHighThresholdPercent = 75", 80, 75],
    ["imageGCLowThresholdPercent = 85", 85, 85],
    ["imageGCHighThresholdPercent = 60\nimageGCLowThresholdPercent = 70", 70, 60],
  ] as const)("%s: the low threshold of images is below the high one", ([text, low, high]) => {
    expect(() => settings(text)).toThrow(
      `${FILE}: imageGCLowThresholdPercent, which is ${low}, must be less than imageGCHighThresholdPercent, which is ${high}`,
    );
  });

  test.for(["tlsCertFile", "tlsPrivateKeyFile"])("%s without the other is half a pair", (key) => {
    expect(() => settings(`${key} = /x`)).toThrow("tlsCertFile and tlsPrivateKeyFile: give both or neither");
  });

  test("sections are not taken", () => {
    expect(() => settings("[node]\nnodeName = x")).toThrow(
      `${FILE}: [node]: there are no sections; write key = value lines`,
    );
  });

  test("lists are not written with brackets", () => {
    expect(() => settings("nodeIP[] = 192.0.2.1")).toThrow(
      `${FILE}: [nodeIP]: there are no sections; write key = value lines`,
    );
  });

  test("everything that is wrong is told at once", () => {
    expect(() => settings("watch = 1\nkubeletPort = x\nfoo = 1")).toThrow(
      /watch = 1: .*\n.*kubeletPort = x: .*\n.*foo: unknown key/s,
    );
  });
});

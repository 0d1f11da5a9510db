import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseSettings, toConfig } from "../../src/config/settings.ts";

const FILE = "/etc/unitlet/unitlet.conf";

const settings = (text: string) => parseSettings([{ path: FILE, text }]);
const config = (text: string) => toConfig(settings(text), "Edge.example.org", undefined);

/** The keys that the parser knows, out of what it says of one that it does not. */
function knownKeys(): readonly string[] {
  try {
    settings("none = 1");
  } catch (error) {
    return (error as Error).message.replace(/^.*expected one of /, "").split(", ");
  }
  throw new Error("an unknown key was taken");
}

test("without a file every setting has its default", () => {
  expect(toConfig(parseSettings([]), "Edge.example.org", undefined)).toEqual({
    nodeName: "edge.example.org",
    manifests: "/etc/unitlet/manifests",
    images: "any",
    debs: "signed",
    podNetwork: "host",
    clusterDNS: [],
    clusterDomain: "cluster.local",
    watch: false,
    taint: true,
    dropIns: "remove",
    nodeLabels: {},
    nodeIPs: [],
    maxPods: 110,
    reservedCpu: 0,
    reservedMemory: 0,
    evictionMemory: 100 * 1024 ** 2,
    evictionDisk: 0.1,
    imageChecksums: "required",
    imageGC: 0.85,
    apiTimeout: 5000,
    port: 10250,
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
    ["images = ignore", { images: "ignore" }],
    ["images = strict", { images: "strict" }],
    ["debs = off", { debs: "off" }],
    ["podNetwork = strict", { podNetwork: "strict" }],
    ["clusterDNS = 10.96.0.10, fd00::10", { clusterDNS: ["10.96.0.10", "fd00::10"] }],
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
    ["maxPods = 1000", { maxPods: 1000 }],
    ["reservedCPU = 500m", { reservedCpu: 500 }],
    ["reservedCPU = 1.5", { reservedCpu: 1500 }],
    ["reservedMemory = 1Gi", { reservedMemory: 1024 ** 3 }],
    ["evictionMemory = 0", { evictionMemory: 0 }],
    ["evictionDisk = 2.5%", { evictionDisk: 0.025 }],
    ["imageChecksums = optional", { imageChecksums: "optional" }],
    ["imageGC = 100%", { imageGC: 1 }],
    ["apiTimeout = 10s", { apiTimeout: 10_000 }],
    ["port = 1", { port: 1 }],
    ["port = 65535", { port: 65535 }],
    ['nodeName = "quoted"', { nodeName: "quoted" }],
    ["nodeName = x ; a comment", { nodeName: "x" }],
    ["# a comment\n\n  nodeName=x  \n", { nodeName: "x" }],
  ];

  test.for(cases)("%s", ([text, expected]) => {
    expect(config(text)).toEqual({ ...config(""), ...expected });
  });
});

describe("a bad value is told with file, key, value and what was expected", () => {
  const cases: [string, string][] = [
    ["nodeName = Edge", "nodeName = Edge: expected a DNS name in lower case"],
    ["nodeName = a..b", "nodeName = a..b: expected a DNS name in lower case"],
    ["nodeName =", "nodeName = : expected a DNS name in lower case"],
    ["kubeconfig = kubeconfig", "kubeconfig = kubeconfig: expected an absolute path"],
    ["manifests = ./manifests", "manifests = ./manifests: expected an absolute path"],
    ["images = host", "images = host: expected any, strict or ignore"],
    ["debs = yes", "debs = yes: expected off, signed or all"],
    ["podNetwork = cni", "podNetwork = cni: expected host or strict"],
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
    ["reservedCPU = half", "reservedCPU = half: expected an amount of cpu such as 500m"],
    ["reservedCPU = -1", "reservedCPU = -1: expected an amount of cpu such as 500m"],
    ["reservedMemory = 1 GB", "reservedMemory = 1 GB: expected an amount of memory such as 512Mi"],
    ["evictionMemory = 5%", "evictionMemory = 5%: expected an amount of memory such as 100Mi"],
    ["imageGC = 5%", "imageGC = 5%: expected a percentage from 10% to 100%"],
    ["evictionDisk = 10", "evictionDisk = 10: expected a percentage such as 10%"],
    ["evictionDisk = 100%", "evictionDisk = 100%: expected a percentage such as 10%"],
    ["apiTimeout = 0s", "apiTimeout = 0s: expected 1s to 10s"],
    ["apiTimeout = 11s", "apiTimeout = 11s: expected 1s to 10s"],
    ["apiTimeout = 5", "apiTimeout = 5: expected 1s to 10s"],
    ["apiIdle = 0s", "apiIdle = 0s: expected 1s to 9999s"],
    ["clientCA = ca.crt", "clientCA = ca.crt: expected an absolute path"],
    ["port = 65536", "port = 65536: expected a whole number from 1 to 65535"],
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
    expect(() => settings("watch = 1\nport = x\nfoo = 1")).toThrow(
      /watch = 1: .*\n.*port = x: .*\n.*foo: unknown key/s,
    );
  });
});

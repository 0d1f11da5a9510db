import { describe, expect, test } from "vitest";
import { parseSettings } from "../../src/config/settings.ts";
import { toConfig } from "../../src/config/to-config.ts";

const MAIN = { path: "/etc/unitlet/unitlet.conf", text: "nodeName = main\nwatch = yes\n" };
const FIRST = { path: "/etc/unitlet/unitlet.conf.d/10-a.conf", text: "nodeName = first\nmaxPods = 10\n" };
const LAST = { path: "/etc/unitlet/unitlet.conf.d/20-b.conf", text: "maxPods = 20\n" };

describe("of several files", () => {
  test("the last one that sets a key counts, key by key", () => {
    expect(parseSettings([MAIN, FIRST, LAST])).toMatchObject({ nodeName: "first", watch: true, maxPods: 20 });
  });

  test("a bad value is told with the file that it is in", () => {
    expect(() => parseSettings([MAIN, FIRST, { ...LAST, text: "maxPods = x\n" }])).toThrow(
      "/etc/unitlet/unitlet.conf.d/20-b.conf: maxPods = x: expected a whole number from 1 to 1000",
    );
  });

  test("a bad value that a later file sets right is none", () => {
    expect(parseSettings([{ ...MAIN, text: "maxPods = x\n" }, LAST])).toMatchObject({ maxPods: 20 });
  });

  test("an unknown key is told with its own file", () => {
    expect(() => parseSettings([MAIN, { ...FIRST, text: "a = 1\n" }])).toThrow(
      "/etc/unitlet/unitlet.conf.d/10-a.conf: a: unknown key",
    );
  });
});

describe("a node's name", () => {
  const named = (text: string, hostname: string) =>
    toConfig(parseSettings([{ ...MAIN, text }]), hostname, undefined).nodeName;

  test.for([
    ["", "edge", "edge"],
    ["", "Edge.Example.ORG", "edge.example.org"],
    ["nodeName = other", "edge", "other"],
    ["nodeName = other", "not_a_name", "other"],
  ] as const)("by %j on host %s is %s", ([text, hostname, expected]) => {
    expect(named(text, hostname)).toBe(expected);
  });

  test.for(["my_host", "-edge", "a..b"])("cannot be that of host %s", (hostname) => {
    expect(() => named("", hostname)).toThrow(
      `the host's name "${hostname}" cannot be a node's: set nodeName in /etc/unitlet/unitlet.conf`,
    );
  });
});

describe("the files of the cluster", () => {
  test("are looked for where install.sh puts them", () => {
    expect(parseSettings([]).kubeconfig).toBe("/etc/unitlet/kubeconfig");
  });

  const cluster = { server: "https://192.0.2.1", insecureSkipTLSVerify: false };
  const endpoint = (text: string, ca?: { file: string }) =>
    toConfig(parseSettings([{ ...MAIN, text }]), "edge", { ...cluster, ...(ca ? { ca } : {}) }).endpoint;
  const CA = { file: "/pki/ca" };
  const PAIR = "tlsCertFile = /pki/cert\ntlsPrivateKeyFile = /pki/key\n";

  const ENDPOINT = { idleTimeout: 2000, servingCertificate: "csr-with-fallback" };

  test.for([
    ["nothing", "", undefined, ENDPOINT],
    ["the cluster's authority", "", CA, { ...ENDPOINT, clientCA: CA }],
    ["another authority", "clientCAFile = /pki/other", CA, { ...ENDPOINT, clientCA: { file: "/pki/other" } }],
    [
      "a pair for the port",
      PAIR,
      undefined,
      { ...ENDPOINT, servingPair: { certificate: "/pki/cert", key: "/pki/key" } },
    ],
    [
      "no certificate of the cluster",
      "servingCertificate = self-signed",
      undefined,
      { ...ENDPOINT, servingCertificate: "self-signed" },
    ],
    ["more patience", "kubeletIdleTimeout = 30s", undefined, { ...ENDPOINT, idleTimeout: 30_000 }],
  ] as const)("the port has %s", ([, text, ca, expected]) => {
    expect(endpoint(text, ca)).toEqual(expected);
  });

  test("a standalone node has no port", () => {
    expect(toConfig(parseSettings([{ ...MAIN, text: PAIR }]), "edge", undefined)).not.toHaveProperty("endpoint");
  });
});

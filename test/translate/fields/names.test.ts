import { describe, expect, test } from "vitest";
import type { PodSpec } from "../../../src/model/api/pod.ts";
import { CONFIG, HOST, pod, runnable, translate } from "../base.ts";

const OWN = `# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
`;
const ALIASES = [
  { ip: "192.0.2.1", hostnames: ["a", "b.example"] },
  { ip: "192.0.2.2", hostnames: ["c"] },
];
const ADDED = "\n# Entries added by HostAliases.\n192.0.2.1\ta\tb.example\n192.0.2.2\tc\n";

function file(name: string, spec: Partial<PodSpec>, context: Parameters<typeof runnable>[1] = {}): string | undefined {
  return runnable(pod(spec), context).files.find((each) => each.name === name)?.text;
}

describe("/etc/hosts", () => {
  test.for([
    ["names the pod", { hostNetwork: false }, `${OWN}192.0.2.7\tweb\n`],
    [
      "names it in its domain",
      { hostNetwork: false, hostname: "x", subdomain: "y" },
      `${OWN}192.0.2.7\tx.y.shop.svc.cluster.local\tx\n`,
    ],
    ["has the pod's aliases", { hostNetwork: false, hostAliases: ALIASES }, `${OWN}192.0.2.7\tweb\n${ADDED}`],
    ["is the host's on its network", { hostNetwork: true }, undefined],
    [
      "is the host's with the pod's aliases",
      { hostNetwork: true, hostAliases: ALIASES },
      `# Kubernetes-managed hosts file (host network).\n127.0.0.1\tlocalhost\n${ADDED}`,
    ],
  ] as const)("%s", ([, spec, expected]) => {
    expect(file("hosts", spec)).toBe(expected);
  });

  test("has a line for each address of the pod", () => {
    const host = { ...HOST, addresses: ["192.0.2.7", "2001:db8::7"] };
    expect(file("hosts", { hostNetwork: false }, { host })).toBe(`${OWN}192.0.2.7\tweb\n2001:db8::7\tweb\n`);
  });

  test("can be read by every user of the container", () => {
    expect(runnable(pod({ hostNetwork: false })).files.find(({ name }) => name === "hosts")?.mode).toBe(0o644);
  });
});

describe("/etc/resolv.conf", () => {
  const config = { ...CONFIG, clusterDNS: ["10.96.0.10"] };

  test.for([
    ["is the host's", {}, undefined],
    ["is the host's without a cluster's name server", { hostNetwork: false, dnsPolicy: "ClusterFirst" }, undefined],
    [
      "is the pod's alone",
      {
        dnsPolicy: "None",
        dnsConfig: {
          nameservers: ["192.0.2.1"],
          searches: ["a", "b"],
          options: [{ name: "ndots", value: "2" }, { name: "edns0" }],
        },
      },
      "search a b\nnameserver 192.0.2.1\noptions ndots:2 edns0\n",
    ],
    [
      "is the host's with what the pod adds",
      { dnsConfig: { nameservers: ["192.0.2.53", "192.0.2.1"], searches: ["a"] } },
      "search example.org a\nnameserver 192.0.2.53\nnameserver 192.0.2.1\n",
    ],
  ] as const)("%s", ([, spec, expected]) => {
    expect(file("resolv.conf", spec)).toBe(expected);
  });

  const cluster =
    "search shop.svc.cluster.local svc.cluster.local cluster.local example.org\nnameserver 10.96.0.10\noptions ndots:5\n";

  test.for([
    ["by default", { hostNetwork: false }, cluster],
    ["with ClusterFirst", { hostNetwork: false, dnsPolicy: "ClusterFirst" }, cluster],
    ["on the host's network where that is asked", { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" }, cluster],
    ["not on the host's network otherwise", { hostNetwork: true, dnsPolicy: "ClusterFirst" }, undefined],
    ["not with Default", { hostNetwork: false, dnsPolicy: "Default" }, undefined],
    [
      "with options that the pod sets otherwise",
      { hostNetwork: false, dnsConfig: { options: [{ name: "ndots", value: "1" }] } },
      cluster.replace("ndots:5", "ndots:1"),
    ],
  ] as const)("asks the cluster's name server %s", ([, spec, expected]) => {
    expect(file("resolv.conf", spec, { config })).toBe(expected);
  });

  test("has as many servers and searches as resolvers read", () => {
    const searches = Array.from({ length: 40 }, (_, at) => `d${at}.example`);
    const nameservers = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
    const text = file("resolv.conf", { dnsPolicy: "None", dnsConfig: { nameservers, searches } }) ?? "";
    expect(text.split("\n")[0]?.split(" ")).toHaveLength(33);
    expect(text.match(/^nameserver/gm)).toHaveLength(3);
  });
});

describe("names that the pod cannot have are refused:", () => {
  const bare = { ...HOST, confinementProbe: { landlockABI: 7, present: new Set<string>(), hosts: "", resolvConf: "" } };
  const long = { subdomain: "s".repeat(60), setHostnameAsFQDN: true, hostNetwork: false };

  test.for([
    [
      "aliases without a file to put them in",
      { hostAliases: ALIASES },
      /^spec\.hostAliases .*create \/etc\/hosts on the host/,
    ],
    [
      "name servers without one",
      { dnsConfig: { nameservers: ["192.0.2.1"] } },
      /^spec\.dnsConfig .*create \/etc\/resolv\.conf/,
    ],
    ["a host name that is too long", long, /^spec\.setHostnameAsFQDN makes a host name of more than the 64 characters/],
  ] as const)("%s", ([, spec, expected]) => {
    const translation = translate(pod(spec as Partial<PodSpec>), { host: bare });
    expect(translation).toMatchObject({ kind: "rejected", message: expect.stringMatching(expected) });
  });
});

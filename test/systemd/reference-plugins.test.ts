import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Machine } from "../support/machine.ts";
import { install } from "../support/node.ts";

let machine: Machine;

const POD = "/run/unitlet/pods/u-1";
const NET = `${POD}/sandbox/net`;
const HELPER = "/usr/local/lib/unitlet/pod-network";
const ARGUMENTS = [
  ...["portMappings", '[{"hostPort":8080,"containerPort":80,"protocol":"tcp"}]'],
  ...["bandwidth", '{"ingressRate":1000000,"ingressBurst":2147483647}'],
];

beforeAll(async () => {
  machine = await Machine.boot("reference-plugins", { net: "private" });
  await install(machine);
  // No run may remove what is no pod of a list.
  await machine.exec("systemctl stop unitlet-sync.timer unitlet-sync.path");
  await machine.exec("ip link add parent type veth peer name other; ip link set parent up; ip link set other up");
});

afterAll(() => machine[Symbol.asyncDispose]());

interface Plugin {
  readonly type: string;
  readonly capabilities?: Readonly<Record<string, boolean>>;
}

const plugin = (type: string, more: object = {}): Plugin => ({ type, ...more });
const LOCAL = { ipam: { type: "host-local", subnet: "10.90.0.0/24" } };
const STATIC = { ipam: { type: "static", addresses: [{ address: "10.91.0.5/24" }] } };

/** Connects a pod by these plugins, runs a script, and disconnects the pod. Returns what the script prints. */
async function connected(plugins: readonly Plugin[], script: string): Promise<string> {
  const lines = plugins.flatMap(({ capabilities = {}, ...config }) => [
    config.type,
    Object.keys(capabilities).join(" "),
    JSON.stringify({ ...config, capabilities, name: "pods", cniVersion: "1.0.0" }),
  ]);
  await machine.write("/var/lib/unitlet/cluster-network", `pods\n1.0.0\n\n\n${lines.join("\n")}\n`, 0o600);
  const words = ARGUMENTS.map((word) => `'${word}'`).join(" ");
  const add = `${HELPER} u-1 add 'IgnoreUnknown=1' capabilities ${words} >/dev/null 2>&1`;
  const namespace = `mkdir -p ${POD}/sandbox && touch ${NET} && unshare --net=${NET} true`;
  const del = `${HELPER} u-1 del >/dev/null 2>&1; umount ${NET}; rm -rf ${POD}`;
  const { stdout } = await machine.exec(`${namespace} && { ${add}; ${script}; ${del}; }`);
  return stdout;
}

const ADDRESS = `nsenter --net=${NET} ip -o -4 addr show eth0 | awk '{ print $4 }'`;
const LEFT =
  "ls /var/lib/cni/results /var/lib/unitlet/networks; ls /var/lib/cni/networks/pods 2>/dev/null | grep '^[0-9]'; ip -o link | grep -o 'veth[0-9a-f]*'; iptables-save -t nat | grep 10.9; true";
const NOTHING = "/var/lib/cni/results:\n\n/var/lib/unitlet/networks:\n";

describe("a plugin of the distribution gives the pod its address, and leaves nothing", () => {
  test.for<[string, readonly Plugin[], RegExp]>([
    [
      "bridge with host-local, tuning, sbr, portmap, bandwidth and firewall",
      [
        plugin("bridge", { bridge: "cni0", isGateway: true, ipMasq: true, ...LOCAL }),
        plugin("tuning", { sysctl: { "net.ipv4.conf.eth0.arp_ignore": "2" } }),
        plugin("sbr"),
        plugin("portmap", { capabilities: { portMappings: true } }),
        plugin("bandwidth", { capabilities: { bandwidth: true } }),
        plugin("firewall"),
      ],
      /^10\.90\.0\.\d+\/24$/m,
    ],
    ["ptp with host-local", [plugin("ptp", LOCAL)], /^10\.90\.0\.\d+\/24$/m],
    ["macvlan with static", [plugin("macvlan", { master: "parent", ...STATIC })], /^10\.91\.0\.5\/24$/m],
    ["host-device with static", [plugin("host-device", { device: "other", ...STATIC })], /^10\.91\.0\.5\/24$/m],
  ])("%s", async ([, plugins, expected]) => {
    expect(await connected(plugins, ADDRESS)).toMatch(expected);
    expect((await machine.exec(LEFT)).stdout).toBe(NOTHING);
  });
});

test("what a chain sets is there: a kernel parameter, a rule for the hostPort, a limit of the bandwidth", async () => {
  const plugins = [
    plugin("bridge", { bridge: "cni0", isGateway: true, ...LOCAL }),
    plugin("tuning", { sysctl: { "net.ipv4.conf.eth0.arp_ignore": "2" } }),
    plugin("portmap", { capabilities: { portMappings: true } }),
    plugin("bandwidth", { capabilities: { bandwidth: true } }),
  ];
  const parameter = `nsenter --net=${NET} sysctl -n net.ipv4.conf.eth0.arp_ignore`;
  const rule = "iptables-save -t nat | grep -o 'dport 8080 -j DNAT --to-destination 10.90.0.*:80'";
  const limit = "tc qdisc show | grep -o 'tbf.* rate 1Mbit'";
  const seen = await connected(plugins, [parameter, rule, limit].join("; "));
  expect(seen).toMatch(/^2\ndport 8080 -j DNAT --to-destination 10\.90\.0\.\d+:80\ntbf.* rate 1Mbit$/m);
});

test("dhcp without its daemon is told in its words", async () => {
  const plugins = [plugin("macvlan", { master: "parent", ipam: { type: "dhcp" } })];
  expect(await connected(plugins, `cat ${POD}/network-failed`)).toContain("error dialing DHCP daemon");
});

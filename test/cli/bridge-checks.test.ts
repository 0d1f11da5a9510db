import { expect, test } from "vitest";
import { type BridgeHost, bridgeFindings, readBridgeHost } from "../../src/cli/checks/bridge.ts";

const RULE = '-A PREROUTING -d 127.0.0.0/8 -i unitlet0 -m comment --comment "unitlet: pods" -j DROP\n';

const HOST: BridgeHost = {
  ranges: ["10.86.0.0/24"],
  hasBridge: true,
  notForwarded: [],
  routes:
    "default via 192.0.2.1 dev eth0\n10.86.0.0/24 dev unitlet0 proto kernel scope link src 10.86.0.1\nbroadcast 10.86.0.255 dev unitlet0 table local\n",
  ruleset: "",
  notTranslated: [],
  filterRules: "-P FORWARD ACCEPT\n",
  rawRules: `-P PREROUTING ACCEPT\n${RULE}`,
};

const OTHER_RANGE =
  "set another podCIDR, or another range in the Node's podCIDRs, which count instead where a controller sets them";

const findings = (change: Partial<BridgeHost>) =>
  bridgeFindings({ ...HOST, ...change }).map(({ level, message }) => `${level}: ${message}`);

test("nothing of the host is in the way", () => {
  expect(findings({})).toEqual(["ok: 10.86.0.0/24: no route or firewall of the host is in its way"]);
});

test.each([
  ["10.86.0.0/24 dev eth1 scope link\n", "10.86.0.0/24", "10.86.0.0/24"],
  ["10.86.0.64 dev eth1 scope link\n", "10.86.0.64", "10.86.0.0/24"],
  ["fd86:0:0:1:8000::/65 dev eth1 metric 256\n", "fd86:0:0:1:8000::/65", "fd86:0:0:1::/64"],
])("a route %j that overlaps the range", (line, destination, range) => {
  expect(findings({ routes: HOST.routes + line, ranges: [range] })).toEqual([
    `error: the range ${range} overlaps the host's route to ${destination} on eth1, so one of both is not reached: ${OTHER_RANGE}`,
  ]);
});

test.each([
  ["10.0.0.0/8 dev vpn scope link\n", "10.0.0.0/8", "10.86.0.0/24"],
  ["fd86::/48 dev vpn metric 256\n", "fd86::/48", "fd86:0:0:1::/64"],
])("a route %j that is wider than the range", (line, destination, range) => {
  expect(findings({ routes: HOST.routes + line, ranges: [range] })).toEqual([
    `warning: the range ${range} overlaps the host's route to ${destination} on vpn, so addresses of ${range} behind vpn are not reached: ${OTHER_RANGE}`,
  ]);
});

test.each(["10.86.1.0/24 dev eth1\n", "fd86::/48 dev eth1\n", "local 10.86.0.1 dev lo table local\n"])(
  "a route %j beside the range",
  (line) => {
    expect(findings({ routes: HOST.routes + line })).toEqual(findings({}));
  },
);

test("forwarding that is off, once there is a bridge", () => {
  expect(findings({ notForwarded: ["IPv4"] })).toEqual([
    "error: the kernel does not forward IPv4, so pods reach this host alone: sysctl -w net.ipv4.ip_forward=1",
  ]);
  expect(findings({ notForwarded: ["IPv4"], hasBridge: false })).toEqual(findings({}));
});

const IPTABLES =
  "warning: a firewall (chain FORWARD of iptables) drops forwarded packets by default and has no rule for unitlet0, so pods may reach this host alone: iptables -I FORWARD -i unitlet0 -j ACCEPT && iptables -I FORWARD -o unitlet0 -j ACCEPT; with ufw: ufw route allow in on unitlet0 && ufw route allow out on unitlet0";

test.each(["-A FORWARD -i unitlet0 -j ACCEPT\n", "-A ufw-user-forward -i unitlet0 -j ACCEPT\n"])(
  "a firewall of iptables that drops, unless a rule for forwarded packets names the bridge: %j",
  (rule) => {
    const drops = "-P INPUT ACCEPT\n-P FORWARD DROP\n-A ufw-user-input -i unitlet0 -j ACCEPT\n";
    expect(findings({ filterRules: drops })).toEqual([IPTABLES]);
    expect(findings({ filterRules: drops + rule })).toEqual(findings({}));
  },
);

/** What `nft list ruleset` prints of a table with a chain that drops. */
const drops = (table: string, chain: string, rule = "") =>
  `table ${table} {\n\tchain input {\n\t}\n\n\tchain ${chain} {\n\t\ttype filter hook forward priority filter; policy drop;\n${rule}\t}\n}\n`;

test("a firewall of nftables that drops, unless a rule names the bridge", () => {
  expect(findings({ ruleset: drops("inet filter", "forward") })).toEqual([
    'warning: a firewall (table inet filter, chain forward) drops forwarded packets by default and has no rule for unitlet0, so pods may reach this host alone: nft insert rule inet filter forward iifname "unitlet0" accept && nft insert rule inet filter forward oifname "unitlet0" accept',
  ]);
  const rule = '\t\toifname "unitlet0" accept\n\t\tiifname "unitlet0" accept\n';
  expect(findings({ ruleset: drops("inet filter", "forward", rule) })).toEqual(findings({}));
});

test("a firewall that drops, when only the rule of pod-network names the bridge", () => {
  const own = '-A FORWARD -i unitlet0 -o unitlet0 -m comment --comment "unitlet: pods reach each other" -j ACCEPT\n';
  expect(findings({ filterRules: `-P FORWARD DROP\n${own}` })).toEqual([IPTABLES]);
  const ofNft = '\t\tiifname "unitlet0" oifname "unitlet0" counter packets 0 bytes 0 accept\n';
  expect(findings({ ruleset: drops("ip filter", "FORWARD", ofNft) })).not.toEqual(findings({}));
});

test("the chain of iptables that nft lists too is named once", () => {
  const ruleset = drops("ip filter", "FORWARD");
  expect(findings({ filterRules: "-P FORWARD DROP\n", ruleset })).toEqual([IPTABLES]);
});

test("a table of an IP family without pods, and one of frames, are in the way of none", () => {
  const ruleset = drops("ip6 filter", "FORWARD") + drops("bridge filter", "forward");
  expect(findings({ ruleset })).toEqual(findings({}));
});

test("packets between pods of the bridge that pass no rules, once there is a bridge", () => {
  expect(findings({ notTranslated: ["IPv4"] })).toEqual([
    "warning: a pod of this host does not reach a Service (IPv4) that leads to another pod of this host: ip link set unitlet0 type bridge nf_call_iptables 1. The next pod that is connected sets it too",
  ]);
  expect(findings({ notTranslated: ["IPv4"], hasBridge: false })).toEqual(findings({}));
});

test("the rule for the loopback that a reload of a firewall has removed", () => {
  expect(findings({ rawRules: "-P PREROUTING ACCEPT\n" })).toEqual([
    "error: the rule that keeps pods from the loopback of the host is gone, as after a reload of a firewall: iptables -t raw -I PREROUTING -i unitlet0 -d 127.0.0.0/8 -j DROP. The next pod that is connected brings it back too",
  ]);
});

test("what is read of a host: forwarding by family of the ranges, and no bridge before the first pod", () => {
  const files: Readonly<Record<string, string>> = {
    "/proc/sys/net/ipv4/ip_forward": "0\n",
    "/proc/sys/net/ipv6/conf/all/forwarding": "0\n",
  };
  const output = (program: string, ...args: readonly string[]) => `${[program, ...args].join(" ")}\n`;
  expect(readBridgeHost(["10.86.0.0/24"], output, (path) => files[path])).toEqual({
    ranges: ["10.86.0.0/24"],
    hasBridge: false,
    notForwarded: ["IPv4"],
    routes: "ip -4 route show table all\nip -6 route show table all\n",
    ruleset: "nft list ruleset\n",
    notTranslated: [],
    filterRules: "iptables -S\n",
    rawRules: "iptables -t raw -S PREROUTING\n",
  });
});

test("what is read of a bridge: the packets between its pods, by family of the ranges", () => {
  const files: Readonly<Record<string, string>> = {
    "/sys/class/net/unitlet0/address": "02:00:00:00:00:01\n",
    "/sys/class/net/unitlet0/bridge/nf_call_iptables": "1\n",
    "/sys/class/net/unitlet0/bridge/nf_call_ip6tables": "0\n",
  };
  const { hasBridge, notTranslated } = readBridgeHost(
    ["10.86.0.0/24", "fd86::/64"],
    () => "",
    (path) => files[path],
  );
  expect({ hasBridge, notTranslated }).toEqual({ hasBridge: true, notTranslated: ["IPv6"] });
});

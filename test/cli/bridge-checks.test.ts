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
  forwardRules: "-P FORWARD ACCEPT\n",
  rawRules: `-P PREROUTING ACCEPT\n${RULE}`,
};

const findings = (change: Partial<BridgeHost>) =>
  bridgeFindings({ ...HOST, ...change }).map(({ level, message }) => `${level}: ${message}`);

test("nothing of the host is in the way", () => {
  expect(findings({})).toEqual(["ok: 10.86.0.0/24: no route or firewall of the host is in its way"]);
});

test.each([
  ["10.86.0.0/16 dev eth1 scope link\n", "10.86.0.0/16", "10.86.0.0/24"],
  ["10.86.0.64 dev eth1 scope link\n", "10.86.0.64", "10.86.0.0/24"],
  ["fd86::/48 dev eth1 metric 256\n", "fd86::/48", "fd86:0:0:1::/64"],
])("a route %j that overlaps the range", (line, destination, range) => {
  expect(findings({ routes: HOST.routes + line, ranges: [range] })).toEqual([
    `error: the range ${range} overlaps the host's route to ${destination} on eth1, so one of both is not reached: set another podCIDR`,
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

const REMEDY =
  "iptables -I FORWARD -i unitlet0 -j ACCEPT && iptables -I FORWARD -o unitlet0 -j ACCEPT; with ufw: ufw route allow in on unitlet0 && ufw route allow out on unitlet0";

test("a firewall that drops, of iptables or of nftables, unless a rule names the bridge", () => {
  const because = `drops forwarded packets by default and has no rule for unitlet0, so pods may reach this host alone: ${REMEDY}`;
  const drops = "-P FORWARD DROP\n";
  expect(findings({ forwardRules: drops })).toEqual([`warning: a firewall (chain FORWARD of iptables) ${because}`]);
  expect(findings({ forwardRules: `${drops}-A FORWARD -i unitlet0 -j ACCEPT\n` })).toEqual(findings({}));
  const table = (rule: string) =>
    `table inet filter {\n\tchain input {\n\t}\n\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n${rule}\t}\n}\n`;
  expect(findings({ ruleset: table("") })).toEqual([`warning: a firewall (table inet filter) ${because}`]);
  expect(findings({ ruleset: table('\t\tiifname "unitlet0" accept\n') })).toEqual(findings({}));
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
    forwardRules: "iptables -S FORWARD\n",
    rawRules: "iptables -t raw -S PREROUTING\n",
  });
});

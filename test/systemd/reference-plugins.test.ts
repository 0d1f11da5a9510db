import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Machine } from "../support/machine.ts";
import { install } from "../support/node.ts";
import {
  ADDRESS,
  addParent,
  connected,
  FAILURE,
  LEFT,
  NET,
  NOTHING,
  type Plugin,
  plugin,
  STATIC,
} from "./plugin-chains.ts";

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("reference-plugins", { net: "private" });
  await install(machine);
  // No run may remove what is no pod of a list.
  await machine.exec("systemctl stop unitlet-sync.timer unitlet-sync.path");
  await addParent(machine);
});

afterAll(() => machine[Symbol.asyncDispose]());

const LOCAL = { ipam: { type: "host-local", subnet: "10.90.0.0/24" } };

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
    expect(await connected(machine, plugins, ADDRESS)).toMatch(expected);
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
  const seen = await connected(machine, plugins, [parameter, rule, limit].join("; "));
  expect(seen).toMatch(/^2\ndport 8080 -j DNAT --to-destination 10\.90\.0\.\d+:80\ntbf.* rate 1Mbit$/m);
});

test("dhcp without its daemon is told in its words", async () => {
  const plugins = [plugin("macvlan", { master: "parent", ipam: { type: "dhcp" } })];
  expect(await connected(machine, plugins, FAILURE)).toContain("error dialing DHCP daemon");
});

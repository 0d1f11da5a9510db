import { describe, expect, test } from "vitest";
import { networkFindings } from "../../src/cli/checks/network.ts";

const PLUGINS = ["bridge", "host-local", "loopback", "portmap", "bandwidth"];
const PROGRAMS = ["iptables", "ip6tables"];

const findings = (ranges: readonly string[], missing: readonly string[]) =>
  networkFindings({ podNetwork: "bridge" }, ranges, (name) =>
    [...PLUGINS, ...PROGRAMS].some((each) => each === name && !missing.includes(each)),
  ).map(({ level, message }) => `${level}: ${message.replace(/: [^:]*containernetworking-plugins.*/, "")}`);

const FOUR = "10.86.0.0/24";
const SIX = "fd86::/64";

describe("what the bridge needs on the host", () => {
  test("all of it is there", () => {
    expect(findings([FOUR, SIX], [])).toEqual(["ok: podNetwork = bridge: plugins of CNI are installed"]);
  });

  test.each<[readonly string[], readonly string[], string]>([
    [[FOUR], ["iptables"], "iptables"],
    [[FOUR, SIX], ["ip6tables"], "ip6tables"],
    [[FOUR, SIX], ["iptables", "ip6tables"], "iptables and ip6tables"],
    // The rule that keeps pods from the loopback of the host is one of IPv4.
    [[SIX], ["iptables"], "iptables"],
    [[SIX], ["ip6tables"], "ip6tables"],
    [[FOUR], ["host-local"], "host-local in /opt/cni/bin, /usr/lib/cni or /usr/libexec/cni"],
  ])("with the ranges %j, and without %j", (ranges, missing, named) => {
    expect(findings(ranges, missing)).toEqual([`error: no pod gets an address without ${named}`]);
  });

  test("ip6tables is not needed without IPv6", () => {
    expect(findings([FOUR], ["ip6tables"])).toEqual(findings([FOUR], []));
  });

  test("plugins that only some pods need", () => {
    expect(findings([FOUR], ["portmap"])).toEqual(["warning: pods that need portmap do not start"]);
  });
});

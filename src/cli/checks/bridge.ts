import { BRIDGE } from "../../model/cni/plugin.ts";
import { isSix, overlap } from "../../model/host/ip-range.ts";
import { bridgeFirewallFindings } from "./bridge-firewall.ts";
import { error, type Finding, ok, warning } from "./finding.ts";

type Output = (program: string, ...args: readonly string[]) => string;

type Family = "IPv4" | "IPv6";

/** What the host does with packets of the pods' bridge. */
export interface BridgeHost {
  /** The ranges of pod addresses, such as 10.86.0.0/24. */
  readonly ranges: readonly string[];
  /** The bridge exists, because a pod has been connected since the boot. */
  readonly hasBridge: boolean;
  /** The IP families of the ranges that the kernel does not forward. */
  readonly notForwarded: readonly Family[];
  /** `ip route show table all` of both families. */
  readonly routes: string;
  /** `nft list ruleset`, which has the rules of iptables with this back end too. */
  readonly ruleset: string;
  /** The IP families of the ranges whose packets between pods of the bridge pass no rules, so that a Service does not translate them. */
  readonly notTranslated: readonly Family[];
  /** `iptables -S` and `iptables -t raw -S PREROUTING`. */
  readonly filterRules: string;
  readonly rawRules: string;
}

const FORWARDING = { IPv4: "net.ipv4.ip_forward", IPv6: "net.ipv6.conf.all.forwarding" } as const;
const TRANSLATION = { IPv4: "nf_call_iptables", IPv6: "nf_call_ip6tables" } as const;

/** Reads it with these programs; what a missing program would print is empty. `read` returns the text of a file or undefined. */
export function readBridgeHost(
  ranges: readonly string[],
  output: Output,
  read: (path: string) => string | undefined,
): BridgeHost {
  const isOff = (path: string) => read(path)?.trim() === "0";
  const families: readonly Family[] = [
    ...(ranges.every(isSix) ? [] : (["IPv4"] as const)),
    ...(ranges.some(isSix) ? (["IPv6"] as const) : []),
  ];
  return {
    ranges,
    hasBridge: read(`/sys/class/net/${BRIDGE}/address`) !== undefined,
    notForwarded: families.filter((family) => isOff(`/proc/sys/${FORWARDING[family].replaceAll(".", "/")}`)),
    notTranslated: families.filter((family) => isOff(`/sys/class/net/${BRIDGE}/bridge/${TRANSLATION[family]}`)),
    routes: output("ip", "-4", "route", "show", "table", "all") + output("ip", "-6", "route", "show", "table", "all"),
    ruleset: output("nft", "list", "ruleset"),
    filterRules: output("iptables", "-S"),
    rawRules: output("iptables", "-t", "raw", "-S", "PREROUTING"),
  };
}

/** Returns what keeps pods on the bridge from other hosts, or from each other. */
export function bridgeFindings(host: BridgeHost): readonly Finding[] {
  const found = [
    ...overlaps(host),
    ...forwarding(host),
    ...bridgeFirewallFindings(host),
    ...loopback(host),
    ...translation(host),
  ];
  return found.length > 0
    ? found
    : [ok("bridge", `${host.ranges.join(", ")}: no route or firewall of the host is in its way`)];
}

function overlaps({ ranges, routes }: BridgeHost): Finding[] {
  const found = routes.split("\n").flatMap((line) => {
    const [, destination = "", device = ""] = /^(?:\w+ )?([0-9a-f.:]+(?:\/\d+)?) .*?\bdev (\S+)/.exec(line) ?? [];
    if (
      destination === "" ||
      device === BRIDGE ||
      device === "lo" ||
      /^(?:broadcast|local|multicast|anycast) /.test(line)
    )
      return [];
    return ranges.flatMap((range) => (overlap(range, destination) ? [{ range, destination, device }] : []));
  });
  const remedy =
    "set another podCIDR, or another range in the Node's podCIDRs, which count instead where a controller sets them";
  return found.map(({ range, destination, device }) => {
    const route = `the range ${range} overlaps the host's route to ${destination} on ${device}`;
    // The kernel takes the narrower route.
    return lengthOf(destination) < lengthOf(range)
      ? warning("bridge", `${route}, so addresses of ${range} behind ${device} are not reached: ${remedy}`)
      : error("bridge", `${route}, so one of both is not reached: ${remedy}`);
  });
}

/** Returns the length of the prefix; a text without one is a single address. */
function lengthOf(range: string): number {
  return Number(range.split("/")[1] ?? 128);
}

function forwarding({ hasBridge, notForwarded }: BridgeHost): Finding[] {
  // The plugin turns it on with the first pod.
  if (!hasBridge) return [];
  return notForwarded.map((family) =>
    error(
      "bridge",
      `the kernel does not forward ${family}, so pods reach this host alone: sysctl -w ${FORWARDING[family]}=1`,
    ),
  );
}

function loopback({ hasBridge, rawRules }: BridgeHost): Finding[] {
  const rule = `-i ${BRIDGE} -d 127.0.0.0/8`;
  const hasRule = rawRules.split("\n").some((line) => line.includes(`-i ${BRIDGE}`) && line.includes("-d 127.0.0.0/8"));
  if (!hasBridge || hasRule) return [];
  const because = "the rule that keeps pods from the loopback of the host is gone, as after a reload of a firewall";
  return [
    error(
      "bridge",
      `${because}: iptables -t raw -I PREROUTING ${rule} -j DROP. The next pod that is connected brings it back too`,
    ),
  ];
}

/** kube-proxy's rules do not see packets between ports of the bridge, unless the bridge hands them to the rules (br_netfilter). */
function translation({ hasBridge, notTranslated }: BridgeHost): Finding[] {
  if (!hasBridge) return [];
  return notTranslated.map((family) =>
    warning(
      "bridge",
      `a pod of this host does not reach a Service (${family}) that leads to another pod of this host: ip link set ${BRIDGE} type bridge ${TRANSLATION[family]} 1. The next pod that is connected sets it too`,
    ),
  );
}

import { BRIDGE } from "../../model/cni/plugin.ts";
import { isSix, overlap } from "../../model/host/ip-range.ts";
import { error, type Finding, ok, warning } from "./finding.ts";

type Output = (program: string, ...args: readonly string[]) => string;

/** What the host does with packets of the pods' bridge. */
export interface BridgeHost {
  /** The ranges of pod addresses, such as 10.86.0.0/24. */
  readonly ranges: readonly string[];
  /** The bridge exists, because a pod has been connected since the boot. */
  readonly hasBridge: boolean;
  /** The IP families of the ranges that the kernel does not forward. */
  readonly notForwarded: readonly ("IPv4" | "IPv6")[];
  /** `ip route show table all` of both families. */
  readonly routes: string;
  /** `nft list ruleset`, which has the rules of iptables with this back end too. */
  readonly ruleset: string;
  /** `iptables -S FORWARD` and `iptables -t raw -S PREROUTING`. */
  readonly forwardRules: string;
  readonly rawRules: string;
}

/** Reads it with these programs; what a missing program would print is empty. `read` returns the text of a file or undefined. */
export function readBridgeHost(
  ranges: readonly string[],
  output: Output,
  read: (path: string) => string | undefined,
): BridgeHost {
  const isOff = (path: string) => read(`/proc/sys/net/${path}`)?.trim() === "0";
  const six = ranges.some(isSix);
  const four = ranges.some((range) => !isSix(range));
  return {
    ranges,
    hasBridge: read(`/sys/class/net/${BRIDGE}/address`) !== undefined,
    notForwarded: [
      ...(four && isOff("ipv4/ip_forward") ? (["IPv4"] as const) : []),
      ...(six && isOff("ipv6/conf/all/forwarding") ? (["IPv6"] as const) : []),
    ],
    routes: output("ip", "-4", "route", "show", "table", "all") + output("ip", "-6", "route", "show", "table", "all"),
    ruleset: output("nft", "list", "ruleset"),
    forwardRules: output("iptables", "-S", "FORWARD"),
    rawRules: output("iptables", "-t", "raw", "-S", "PREROUTING"),
  };
}

/** Returns what keeps pods on the bridge from other hosts, or from each other. */
export function bridgeFindings(host: BridgeHost): readonly Finding[] {
  const found = [...overlaps(host), ...forwarding(host), ...firewall(host), ...loopback(host)];
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
  return found.map(({ range, destination, device }) =>
    error(
      "bridge",
      `the range ${range} overlaps the host's route to ${destination} on ${device}, so one of both is not reached: set another podCIDR`,
    ),
  );
}

function forwarding({ hasBridge, notForwarded }: BridgeHost): Finding[] {
  // The plugin turns it on with the first pod.
  if (!hasBridge) return [];
  const names = { IPv4: "net.ipv4.ip_forward", IPv6: "net.ipv6.conf.all.forwarding" };
  return notForwarded.map((family) =>
    error(
      "bridge",
      `the kernel does not forward ${family}, so pods reach this host alone: sysctl -w ${names[family]}=1`,
    ),
  );
}

/** A chain with the policy drop blocks the bridge, unless some rule names the bridge. */
function firewall({ ruleset, forwardRules }: BridgeHost): Finding[] {
  const chains = ruleset.split(/^(?=table )/m).flatMap((table) => {
    const name = /^table (\S+ \S+)/.exec(table)?.[1] ?? "";
    const blocking = table.split(/^\t(?=chain )/m).filter((chain) => /hook forward .*policy drop/.test(chain));
    return blocking.filter((chain) => !chain.includes(BRIDGE) && !table.includes(`"${BRIDGE}"`)).map(() => name);
  });
  const isBlocked = forwardRules.includes("-P FORWARD DROP") && !forwardRules.includes(BRIDGE);
  const blocked = [...chains.map((name) => `table ${name}`), ...(isBlocked ? ["chain FORWARD of iptables"] : [])];
  const because = "drops forwarded packets by default and has no rule for";
  const remedy = `iptables -I FORWARD -i ${BRIDGE} -j ACCEPT && iptables -I FORWARD -o ${BRIDGE} -j ACCEPT; with ufw: ufw route allow in on ${BRIDGE} && ufw route allow out on ${BRIDGE}`;
  if (blocked.length === 0) return [];
  return [
    warning(
      "bridge",
      `a firewall (${blocked.join(", ")}) ${because} ${BRIDGE}, so pods may reach this host alone: ${remedy}`,
    ),
  ];
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

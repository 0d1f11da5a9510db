import { BRIDGE } from "../../model/cni/plugin.ts";
import { isSix } from "../../model/host/ip-range.ts";
import { type Finding, warning } from "./finding.ts";

/** The ranges of pod addresses, and the output of `nft list ruleset` and `iptables -S`. */
interface ForwardRules {
  readonly ranges: readonly string[];
  readonly ruleset: string;
  readonly filterRules: string;
}

/** A chain that drops forwarded packets, and the commands that let those of the bridge pass. */
interface Blocked {
  readonly name: string;
  readonly remedy: string;
}

const both = (command: (direction: "i" | "o") => string) => `${command("i")} && ${command("o")}`;

const IPTABLES: Blocked = {
  name: "chain FORWARD of iptables",
  remedy: `${both((way) => `iptables -I FORWARD -${way} ${BRIDGE} -j ACCEPT`)}; with ufw: ${both((way) => `ufw route allow ${way === "i" ? "in" : "out"} on ${BRIDGE}`)}`,
};

/** Chains with the policy drop block the bridge, unless some rule names the bridge. */
export function bridgeFirewallFindings({ ranges, ...rules }: ForwardRules): readonly Finding[] {
  const [ruleset, filterRules] = [withoutOwn(rules.ruleset), withoutOwn(rules.filterRules)];
  const families = ["inet", ...ranges.map((range) => (isSix(range) ? "ip6" : "ip"))];
  const ofIptables = families.includes("ip") && dropsByIptables(filterRules) ? [IPTABLES] : [];
  // With the back end nftables, nft lists the chain of iptables too.
  const isSame = ({ name }: Blocked) => ofIptables.length > 0 && name === "table ip filter, chain FORWARD";
  return [...ofIptables, ...chainsOf(ruleset, families).filter((chain) => !isSame(chain))].map(({ name, remedy }) =>
    warning(
      "bridge",
      `a firewall (${name}) drops forwarded packets by default and has no rule for ${BRIDGE}, so pods may reach this host alone: ${remedy}`,
    ),
  );
}

/** The rule of `pod-network` is for the packets from one pod of the bridge to another, and lets no others pass. */
function withoutOwn(rules: string): string {
  const isOwn = (line: string) => line.split(BRIDGE).length > 2;
  return rules
    .split("\n")
    .filter((line) => !isOwn(line))
    .join("\n");
}

/** True when no rule for forwarded packets names the bridge. Those of ufw are in chains such as ufw-user-forward. */
function dropsByIptables(filterRules: string): boolean {
  const lines = filterRules.split("\n");
  const isOfBridge = (line: string) => line.includes(BRIDGE) && !/^-A \S*(?:input|output)\b/i.test(line);
  return lines.includes("-P FORWARD DROP") && !lines.some(isOfBridge);
}

/** A table may have the rule in another chain. Those of the family bridge see frames, and none that leave the host. */
function chainsOf(ruleset: string, families: readonly string[]): readonly Blocked[] {
  return ruleset.split(/^(?=table )/m).flatMap((table) => {
    const [, family = "", name = ""] = /^table (\S+) (\S+)/.exec(table) ?? [];
    if (!families.includes(family) || table.includes(`"${BRIDGE}"`)) return [];
    return table.split(/^\t(?=chain )/m).flatMap((text) => {
      const chain = /^chain (\S+)/.exec(text)?.[1];
      if (chain === undefined || !/hook forward .*policy drop/.test(text)) return [];
      const remedy = both((way) => `nft insert rule ${family} ${name} ${chain} ${way}ifname "${BRIDGE}" accept`);
      return [{ name: `table ${family} ${name}, chain ${chain}`, remedy }];
    });
  });
}

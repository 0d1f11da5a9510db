import { readClusterNetwork } from "../../io/cni/cluster-network.ts";
import type { ClusterNetwork } from "../../model/cni/cluster-network.ts";
import { PLUGIN_DIRECTORIES } from "../../model/cni/plugin.ts";
import type { Config } from "../../model/host/config.ts";
import { isSix } from "../../model/host/ip-range.ts";
import { installCommand } from "./distribution.ts";
import { error, type Finding, ok, warning } from "./finding.ts";
import { hostFamily } from "./host-family.ts";
import { isProgram } from "./is-program.ts";

/** Plugins that every pod on the bridge needs. */
const NEEDED = ["bridge", "host-local", "loopback"];

/** Plugins that pods with a hostPort or an annotation for bandwidth need. */
const SOMETIMES = ["portmap", "bandwidth"];

const DIRECTORIES = `${PLUGIN_DIRECTORIES.slice(0, -1).join(", ")} or ${PLUGIN_DIRECTORIES.at(-1)}`;

const remedy = () =>
  `${installCommand(hostFamily(), "containernetworking-plugins", "iptables")}, or set podNetwork = host (files of unitlet.conf.d, such as 60-join.conf, override unitlet.conf)`;

/** The programs of a host by their directories. */
type IsProgram = (name: string, directories: readonly string[]) => boolean;

/** Checks what the pods' own network needs; nothing while all pods are on the host's. `ranges` are those of the bridge. */
export function networkFindings(
  { podNetwork }: Pick<Config, "podNetwork">,
  ranges: readonly string[] | undefined,
  has: IsProgram = isProgram,
): readonly Finding[] {
  if (podNetwork === "host") return [];
  if (podNetwork === "cni") return [clusterNetworkFinding(readClusterNetwork())];
  const lacking = (names: readonly string[]) => names.filter((name) => !has(name, PLUGIN_DIRECTORIES));
  const needed = lacking(NEEDED);
  if (needed.length > 0)
    return [error("network", `no pod gets an address without ${needed.join(", ")} in ${DIRECTORIES}: ${remedy()}`)];
  const programs = firewallPrograms(ranges ?? []).filter((name) => !has(name, PROGRAMS));
  if (programs.length > 0)
    return [error("network", `no pod gets an address without ${programs.join(" and ")}: ${remedy()}`)];
  const missing = lacking(SOMETIMES);
  if (missing.length === 0) return [ok("network", `podNetwork = ${podNetwork}: plugins of CNI are installed`)];
  return [warning("network", `pods that need ${missing.join(", ")} do not start: ${remedy()}`)];
}

/** Returns what `host-rules` calls for each pod on the bridge: iptables for the host's loopback, and one for each range. */
function firewallPrograms(ranges: readonly string[]): readonly string[] {
  return ["iptables", ...(ranges.some(isSix) ? ["ip6tables"] : [])];
}

const REMEDY =
  "deploy the cluster's network add-on, or set podNetwork = bridge (files of unitlet.conf.d, such as 60-join.conf, override unitlet.conf)";

/** Checks the network of the cluster's add-on, which may come only later. */
function clusterNetworkFinding({ list, because }: ClusterNetwork): Finding {
  if (list === undefined) return error("network", `no pod gets an address: ${because}: ${REMEDY}`);
  if (because !== undefined)
    return error("network", `no pod gets an address: a plugin of the network ${list.name} says: ${because}`);
  const missing = list.plugins.map(({ type }) => type).filter((type) => !isProgram(type, PLUGIN_DIRECTORIES));
  const lacking = [...new Set([...missing, ...(isProgram("loopback", PLUGIN_DIRECTORIES) ? [] : ["loopback"])])];
  if (lacking.length === 0) return ok("network", `podNetwork = cni: plugins of the network ${list.name} are installed`);
  return error(
    "network",
    `no pod gets an address without ${lacking.join(", ")} in ${DIRECTORIES}: install these plugins`,
  );
}

const PROGRAMS = ["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/local/bin"];

import type { Config } from "../model/config.ts";
import type { Host } from "../model/host.ts";

/** The addresses of this node and, on the host network, of its pods: one of each IP family at most, the preferred first. */
export function nodeAddresses(config: Pick<Config, "nodeIPs">, host: Pick<Host, "addresses">): readonly string[] {
  const all = config.nodeIPs.length > 0 ? config.nodeIPs : host.addresses;
  const first = all[0];
  if (first === undefined) return [];
  const second = all.find((each) => isIPv6(each) !== isIPv6(first));
  return second === undefined ? [first] : [first, second];
}

function isIPv6(address: string): boolean {
  return address.includes(":");
}

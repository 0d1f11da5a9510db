import type { Host } from "./host.ts";

/**
 * Returns the addresses of this node and, on the host network, of its pods: one of each IP family, the preferred first.
 * The API server rejects more.
 */
export function nodeAddresses({ addresses }: Pick<Host, "addresses">): readonly string[] {
  const first = addresses[0];
  if (first === undefined) return [];
  const second = addresses.find((each) => isIPv6(each) !== isIPv6(first));
  return second === undefined ? [first] : [first, second];
}

function isIPv6(address: string): boolean {
  return address.includes(":");
}

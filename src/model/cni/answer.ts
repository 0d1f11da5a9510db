import { isObject } from "./json.ts";

/** What the pod's sandbox has left of its last CNI ADD. */
export interface NetworkAnswer {
  /** One address of each IP family, in the order of the answer, without prefix lengths. Empty after a failure. */
  readonly addresses: readonly string[];
  /** The same with their prefix lengths, such as 10.86.0.2/24. Absent after a failure. */
  readonly subnets?: readonly string[];
  /** Why the last ADD has failed; undefined: it has not. */
  readonly failure?: string;
}

/** Returns an address without its prefix length. */
export function withoutPrefix(address: string): string {
  return address.replace(/\/.*$/, "");
}

/**
 * Returns the pod's addresses, with prefix lengths, from the result of the last plugin of a chain (CNI specification 1.0, section 5, "Success").
 * containerd reports the addresses of the sandbox's interface, with an IPv4 address first, and so does this. Returns
 * none for a text that is no result.
 */
export function resultAddresses(text: string, interfaceName: string): readonly string[] {
  const { interfaces, ips } = parseObject(text) ?? {};
  const links: readonly unknown[] = Array.isArray(interfaces) ? interfaces : [];
  const isOfPod = (at: unknown) => {
    const link = typeof at === "number" ? links[at] : undefined;
    // A plugin may leave the interface out; the address is then the pod's.
    return at === undefined || (isObject(link) && link.name === interfaceName && Boolean(link.sandbox));
  };
  const all = (Array.isArray(ips) ? ips : []).flatMap((ip: unknown) =>
    isObject(ip) && typeof ip.address === "string" && isOfPod(ip.interface) ? [ip.address] : [],
  );
  const first = (isOfFamily: (address: string) => boolean) => all.filter(isOfFamily).slice(0, 1);
  return [...first((address) => !address.includes(":")), ...first((address) => address.includes(":"))];
}

/**
 * Returns the message about a failed ADD in the words of libcni (`invoke/exec.go` and `types.go: Error.Error`, v1.0).
 * `text` is what `pod-network` has written: the plugin's type in the first line, then its standard output, which is the
 * specification's error object, or words. Without a type no plugin has run.
 */
export function failureMessage(text: string): string {
  const [plugin = "", ...rest] = text.split("\n");
  const words = failureText(rest.join("\n").trim()) || "it has said nothing";
  return plugin === "" ? words : `plugin type=${JSON.stringify(plugin)} failed (add): ${words}`;
}

/** Returns the words of an output, which is the specification's error object, or words. */
export function failureText(output: string): string {
  const { msg, details } = parseObject(output) ?? {};
  return typeof msg === "string" ? [msg, details].filter(isText).join("; ") : output;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

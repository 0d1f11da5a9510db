import type { Pod } from "../../model/api/pod.ts";

/** Addresses of the pod and of its node, the preferred first. */
export interface PodAddresses {
  readonly hostIPs: readonly string[];
  readonly podIPs: readonly string[];
}

export const NO_ADDRESSES: PodAddresses = { hostIPs: [], podIPs: [] };

/**
 * Returns the value of a fieldRef (`kubelet_pods.go: podFieldSelectorRuntimeValue`, v1.36); undefined for an unknown
 * path. Volumes allow metadata only.
 */
export function fieldValue(pod: Pod, fieldPath: string, addresses: PodAddresses): string | undefined {
  const { metadata, spec } = pod;
  const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(fieldPath);
  if (keyed !== null) {
    const map = metadata[keyed[1] as "labels" | "annotations"] ?? {};
    return Object.hasOwn(map, keyed[2] ?? "") ? (map[keyed[2] ?? ""] ?? "") : "";
  }
  switch (fieldPath) {
    case "metadata.name":
    case "metadata.namespace":
    case "metadata.uid":
      return metadata[fieldPath.slice("metadata.".length) as "name" | "namespace" | "uid"];
    case "metadata.labels":
    case "metadata.annotations":
      return mapText(metadata[fieldPath.slice("metadata.".length) as "labels" | "annotations"] ?? {});
    case "spec.nodeName":
      return spec.nodeName ?? "";
    case "spec.serviceAccountName":
      return spec.serviceAccountName ?? "";
    case "status.hostIP":
      return addresses.hostIPs[0] ?? "";
    case "status.hostIPs":
      return addresses.hostIPs.join(",");
    case "status.podIP":
      return addresses.podIPs[0] ?? "";
    case "status.podIPs":
      return addresses.podIPs.join(",");
    default:
      return undefined;
  }
}

/** Returns lines of key="value", sorted by the bytes of the keys (`fieldpath.go: FormatMap`, v1.36). */
function mapText(map: Readonly<Record<string, string>>): string {
  return Object.keys(map)
    .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map((key) => `${key}=${quoted(map[key] ?? "")}`)
    .join("\n");
}

const SHORT: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

/** Quotes as Go's %q: an unprintable character is escaped, by its byte below 0x80, by its code point above. */
function quoted(text: string): string {
  const escaped = [...text].map((c) => {
    const short = SHORT[c];
    if (short !== undefined) return short;
    if (c === " " || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(c)) return c;
    const code = c.codePointAt(0) ?? 0;
    const hex = (digits: number) => code.toString(16).padStart(digits, "0");
    if (code < 0x80) return `\\x${hex(2)}`;
    return code > 0xffff ? `\\U${hex(8)}` : `\\u${hex(4)}`;
  });
  return `"${escaped.join("")}"`;
}

import * as z from "zod";
import { NODE_NAME } from "./settings.ts";

/** The fields that are taken, with the form that a setting of that name has. */
const FIELDS = {
  clusterDNS: z.array(z.union([z.ipv4(), z.ipv6()])).transform((addresses) => addresses.join(", ")),
  clusterDomain: z.union([z.literal(""), z.string().regex(NODE_NAME)]),
};

const EXPECTED = {
  clusterDNS: "expected a list of IP addresses",
  clusterDomain: "expected a DNS name in lower case, without a dot at the end",
};

export type KubeletName = keyof typeof FIELDS;

export interface KubeletNames {
  /** The texts of settings. */
  readonly names: Partial<Readonly<Record<KubeletName, string>>>;
  /** Why a field that has a value cannot be a setting. */
  readonly problems: Partial<Readonly<Record<KubeletName, string>>>;
}

/** Returns clusterDNS and clusterDomain of a KubeletConfiguration, each by itself. A field without a value is in neither. */
export function namesOfKubelet(value: unknown): KubeletNames {
  const { success, data = {} } = z.record(z.string(), z.unknown()).safeParse(value);
  if (!success) return { names: {}, problems: {} };
  const names: Partial<Record<KubeletName, string>> = {};
  const problems: Partial<Record<KubeletName, string>> = {};
  for (const key of ["clusterDNS", "clusterDomain"] as const) {
    const field = FIELDS[key].optional().safeParse(data[key] ?? undefined);
    if (!field.success) problems[key] = EXPECTED[key];
    else if (field.data) names[key] = field.data;
  }
  return { names, problems };
}

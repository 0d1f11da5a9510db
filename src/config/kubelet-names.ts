import * as z from "zod";
import { NODE_NAME } from "./settings.ts";

const KubeletConfiguration = z.object({
  clusterDNS: z.array(z.union([z.ipv4(), z.ipv6()])).optional(),
  clusterDomain: z.union([z.literal(""), z.string().regex(NODE_NAME)]).optional(),
});

/** Returns clusterDNS and clusterDomain of a KubeletConfiguration as texts of settings; none for any other value. */
export function namesOfKubelet(value: unknown): { readonly clusterDNS?: string; readonly clusterDomain?: string } {
  const { success, data } = KubeletConfiguration.safeParse(value);
  if (!success) return {};
  const { clusterDNS = [], clusterDomain } = data;
  return {
    ...(clusterDNS.length > 0 && { clusterDNS: clusterDNS.join(", ") }),
    ...(clusterDomain && { clusterDomain }),
  };
}

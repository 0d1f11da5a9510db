import type { Pod } from "../model/api/pod.ts";
import type { Config } from "../model/host/config.ts";
import { isStaticPod } from "../model/static-pod.ts";

/** Returns the configuration for a pod. The administrator of the host writes static pods, so what tenants may not is allowed. */
export function policyFor(pod: Pod, config: Config): Config {
  if (!isStaticPod(pod)) return config;
  const packages = config.packages === "off" ? "signed" : config.packages;
  return { ...config, hostFiles: "all", hostAccounts: "any", hostPaths: "any", adoptUnits: "any", packages };
}

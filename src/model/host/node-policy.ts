/**
 * What the node lets pods do with the host. PodSecurity cannot see most of it. Fields are settings; a list without an
 * entry is the value `none`.
 */
export interface NodePolicy {
  /** The namespaces whose pods may run on the host's files. */
  readonly hostFiles: "all" | readonly string[];
  /** Users and groups of the host, by name or number, that a container on the host's files may have. */
  readonly hostAccounts: "any" | readonly string[];
  /** The units of the host that pods may adopt, as NAMESPACE:UNIT. */
  readonly adoptUnits: "any" | readonly string[];
  /** Whether a container on the host's files may run as root where the kernel cannot fence it from other processes. */
  readonly unfencedRoot: "deny" | "allow";
  /** Which packages a pod can have installed on the host: none, those of archives that apt trusts, or any. */
  readonly packages: "off" | "signed" | "any";
  /** Whether port-forward reaches the declared ports of a pod only, or any port on which the pod listens. */
  readonly portForward: "declared" | "any";
  /** The paths below which the hostPath volumes of pods must lie. */
  readonly hostPaths: "any" | readonly AllowedHostPath[];
}

/** A path of the host, cleaned, that hostPath volumes may name; also everything below it. */
export interface AllowedHostPath {
  readonly prefix: string;
  /** True when every mount of such a volume must be read-only. */
  readonly readOnly: boolean;
}

/** What of the host's files decides how containers are confined to them, read in each run that translates pods. */
export interface ConfinementProbe {
  /** Those of the paths that matter (translate/host-files.ts) that the host has. */
  readonly present: ReadonlySet<string>;
  /** Text of /etc/hosts and /etc/resolv.conf; "" when missing. */
  readonly hosts: string;
  readonly resolvConf: string;
  /** Names that the kernel has loaded; undefined: no AppArmor. */
  readonly appArmorProfiles?: readonly string[];
  /** By name, of /etc/passwd; undefined where no pod names one. */
  readonly users?: ReadonlyMap<string, HostUser>;
}

export interface HostUser {
  readonly uid: number;
  readonly gid: number;
}

import type { SeccompProfile } from "../seccomp-profile.ts";

/** The state of the host's files that decides how containers are confined. Each run that translates pods reads it. */
export interface ConfinementProbe {
  /** The paths of translate/security/host-files.ts that exist on the host. */
  readonly present: ReadonlySet<string>;
  /** Text of /etc/hosts and /etc/resolv.conf; "" when missing. */
  readonly hosts: string;
  readonly resolvConf: string;
  /** The version of the kernel's Landlock ABI; 0: processes cannot be fenced. */
  readonly landlockABI: number;
  /** The profiles that the kernel has loaded; undefined: no AppArmor. */
  readonly appArmorProfiles?: readonly string[];
  /** The administrator's seccomp profiles that pods name, or why one cannot be read; undefined when no pod names one. */
  readonly seccompProfiles?: ReadonlyMap<string, SeccompProfile | string>;
  /** SELinux is on. Known only when a pod asks for a label. */
  readonly hasSELinux?: boolean;
  /** The users of /etc/passwd by name; undefined when no pod depends on them. */
  readonly users?: ReadonlyMap<string, HostUser>;
  /** The GIDs of /etc/group by name; read together with the users. */
  readonly groups?: ReadonlyMap<string, number>;
}

export interface HostUser {
  readonly uid: number;
  readonly gid: number;
}

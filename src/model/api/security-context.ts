import type { Sysctl } from "./sysctl.ts";

/** The security context of a container. Its fields override the same fields of PodSecurityContext. */
export interface SecurityContext extends SharedSecurity {
  readonly readOnlyRootFilesystem?: boolean;
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly procMount?: "Default" | "Unmasked";
}

export interface PodSecurityContext extends SharedSecurity {
  readonly fsGroup?: number;
  readonly fsGroupChangePolicy?: "Always" | "OnRootMismatch";
  readonly supplementalGroups?: readonly number[];
  readonly supplementalGroupsPolicy?: "Merge" | "Strict";
  readonly sysctls?: readonly Sysctl[];
}

export interface SharedSecurity {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsNonRoot?: boolean;
  readonly seccompProfile?: SecurityProfile;
  readonly appArmorProfile?: SecurityProfile;
  readonly seLinuxOptions?: Readonly<Partial<Record<"user" | "role" | "type" | "level", string>>>;
}

export interface SecurityProfile {
  readonly type: SecurityProfileType;
  readonly localhostProfile?: string;
}

export type SecurityProfileType = "Unconfined" | "RuntimeDefault" | "Localhost";

import type { Capability } from "./confinement.ts";

/**
 * A profile in the format of containers-common and Docker, such as the runtimes' default profile of the distribution, or
 * in that of config.json, which has no conditions and names its architectures.
 */
export interface SeccompProfile {
  readonly architectures?: readonly string[] | null;
  readonly flags?: readonly string[] | null;
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly archMap?: readonly { readonly architecture: string; readonly subArchitectures?: readonly string[] | null }[];
  readonly syscalls?: readonly SeccompRule[];
}

/** `includes` and `excludes` are conditions of the rule. */
export interface SeccompRule {
  readonly names: readonly string[];
  readonly action: string;
  readonly errnoRet?: number;
  readonly args?: readonly object[] | null;
  readonly includes?: SeccompConditions;
  readonly excludes?: SeccompConditions;
}

export interface SeccompConditions {
  readonly caps?: readonly Capability[];
  /** In the spelling of GOARCH. */
  readonly arches?: readonly string[];
  /** "4.8" */
  readonly minKernel?: string;
}

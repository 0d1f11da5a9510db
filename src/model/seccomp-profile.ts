import type { Capability } from "./confinement.ts";

/** The runtimes' default profile as the distribution has it, in the form of containers-common and Docker. */
export interface SeccompProfile {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly archMap?: readonly { readonly architecture: string; readonly subArchitectures?: readonly string[] | null }[];
  readonly syscalls?: readonly SeccompRule[];
}

/** `includes` and `excludes` say for whom it holds. */
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
  /** As GOARCH spells them. */
  readonly arches?: readonly string[];
  /** "4.8" */
  readonly minKernel?: string;
}

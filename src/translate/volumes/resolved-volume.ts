import type { Storage } from "../../model/storage.ts";
import type { AuxiliaryUnit } from "../../model/unit.ts";

/** Where on the host a volume is, and what is to be done for it. */
export interface MountSource {
  readonly ok: true;
  readonly path: string;
  /** Whatever the mounts say. */
  readonly readOnly: boolean;
  /** Made by strangers. */
  readonly foreign?: boolean;
  /** What has to be true on the host before a container that mounts it may start. */
  readonly conditions: readonly (readonly [string, string])[];
  readonly storage: readonly Storage[];
  readonly companions: readonly AuxiliaryUnit[];
}

export type ResolvedVolume = MountSource | { readonly ok: false; readonly because: string };

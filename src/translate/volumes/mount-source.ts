import type { Storage } from "../../model/storage.ts";
import type { DesiredContainer } from "../../model/translation.ts";
import type { AuxiliaryUnit, UnitLines } from "../../model/unit.ts";

/** What container-start looks for: a test of test(1) or "mount" for a mount point, and a path. */
export type NeededPath = readonly [test: "-e" | "-d" | "mount", path: string];

/** Where on the host a volume is, and what is to be done before a container can mount it. */
export interface MountSource {
  readonly ok: true;
  readonly path: string;
  /** True makes every mount of the volume read-only, whatever `volumeMounts` says. */
  readonly readOnly: boolean;
  /** True for the files of an image, which may hold device nodes and setuid programs. */
  readonly untrusted?: boolean;
  /** A missing subPath is made although containers cannot write there. */
  readonly makesSubPaths?: boolean;
  /** Conditions of [Unit] without which a container that mounts the volume is not started. */
  readonly conditions: UnitLines;
  /** The same for paths on file systems that may not answer, with which PID 1 would hang. */
  readonly paths?: readonly NeededPath[];
  readonly storage: readonly Storage[];
  readonly auxiliaryUnits: readonly AuxiliaryUnit[];
  /**
   * The claim that the volume is of. Undefined for other volumes, and for a hostPath, which the kubelet does not measure
   * either (`hostpath/host_path.go: hostPathMounter`, v1.36).
   */
  readonly claim?: string;
}

export type ResolvedVolume = MountSource | { readonly ok: false; readonly because: string };

/** Volumes by name. */
export type MountSources = ReadonlyMap<string, MountSource>;

/** What a container waits for, because its volume is an image that is not here yet. */
export type VolumeWait = Pick<DesiredContainer, "waiting" | "awaits">;

/** The volumes of one pod, as its containers see them. */
export interface PodVolumes {
  readonly sources: MountSources;
  /** Why a volume cannot be mounted, by volume name. */
  readonly missing: ReadonlyMap<string, string>;
  /** Volumes of images that are not here yet, by volume name. */
  readonly waits: ReadonlyMap<string, VolumeWait>;
}

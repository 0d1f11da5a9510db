import type { Lifecycle } from "../model/api/lifecycle.ts";
import type { DesiredFile } from "../model/step.ts";
import type { UnitLines } from "../model/unit.ts";
import type { NeededPath } from "./volumes/mount-source.ts";
import type { SubPaths } from "./volumes/sub-paths.ts";

/**
 * How one container is started: what its unit has besides what all containers have, and the file that its program
 * reads. Each kind of container (on the host's files, on an image, of a package) makes one.
 */
export interface Launch {
  readonly ok: true;
  /** argv[0] without the values of variables, which may be secret: any user can read the unit. */
  readonly program: string;
  /** Type= */
  readonly type: "oneshot" | "exec" | "notify" | "forking";
  /** KillMode= */
  readonly killMode: "mixed" | "process";
  readonly lines: LaunchLines;
  /** container-start makes a named pipe for the program's standard input. */
  readonly hasInputPipe: boolean;
  /** container-start makes directories for the program's /tmp and /var/tmp. */
  readonly hasPrivateTmp?: boolean;
  /** The signal that the image or the package's unit asks for, as it spells it. */
  readonly stopSignal?: string | undefined;
  /** Hooks, if they are not those of the pod alone. */
  readonly lifecycle?: Lifecycle | undefined;
  /** container-start waits until these are there. */
  readonly paths: readonly NeededPath[];
  readonly subPaths: SubPaths;
  /**
   * The file that the program reads. Undefined: the present file stays, while a ConfigMap or Secret that it is made of
   * cannot be read.
   */
  readonly file?: DesiredFile | undefined;
  /** The rights that container-enter gives; undefined where crun knows them. */
  readonly enter?: DesiredFile;
}

/** Lines of the unit in the order in which they come in it. */
export interface LaunchLines {
  /** Conditions and dependencies in [Unit], without which nothing is started. */
  readonly unit: UnitLines;
  /** The first lines in [Service]: lines that come later replace them. */
  readonly defaults: UnitLines;
  /** Lines that follow container-start. */
  readonly startPre: UnitLines;
  /** ExecStart=, and commands that must follow it at once. */
  readonly start: UnitLines;
  /** Lines that follow the hooks and precede container-exit. */
  readonly stopPost: UnitLines;
  /** Lines that follow all lines about start and stop. */
  readonly overrides: UnitLines;
  /** The last lines: mounts and rights. */
  readonly files: UnitLines;
}

export interface LaunchFailure {
  readonly ok: false;
  readonly reason: string;
  readonly message: string;
}

import type { ProbeResult, ProbeType } from "./api/probe.ts";
import type { Instant } from "./api/time.ts";

/**
 * One exit of a container, as the container-exit helper appended it. `result`, `code` and `status` are systemd's
 * $SERVICE_RESULT, $EXIT_CODE and $EXIT_STATUS; `code` is "" when no process of the container ran to an end.
 */
export interface ExitRecord {
  readonly invocation: string;
  readonly result: string;
  /**
   * "exited", "killed", "dumped", "" (the start failed before the program ran) or "lost" (written by a run, because no
   * helper recorded the end).
   */
  readonly code: string;
  /** A number when exited, a signal name without SIG when killed or dumped. */
  readonly status: string;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly oomKilled: boolean;
  /** False when the program could not be executed (no such file, no such directory, not executable). */
  readonly executed: boolean;
  readonly specHash: string;
  /** The message of the program that could not start the container. Only the last such records have it. */
  readonly startError?: string;
}

/** The history of one container, from /var/lib/unitlet/pods/UID and /run/unitlet/pods/UID. */
export interface ContainerHistory {
  /** The number of exits whose records were removed to keep the file small. */
  readonly forgottenExits: number;
  /** Oldest first. */
  readonly exits: readonly ExitRecord[];
  /** The invocation of the last exit before the first start since boot. */
  readonly bootedAfter?: string;
  /** The last start since boot: when container-start executed the program. */
  readonly started?: { readonly at: Instant; readonly invocation: string };
  /** Why the last start waits before it runs the program: reason and message, as in the status. */
  readonly waiting?: { readonly reason: string; readonly message: string };
  /** A start has failed, and only a run starts the container again. */
  readonly held?: boolean;
  /** When the back-off in progress ends. */
  readonly backOffUntil?: Instant;
  /** True when the container is not started again: restartPolicy Never after any exit, OnFailure after exit code 0. */
  readonly finished: boolean;
  /** True when all its exits came before the last restart of all containers of the pod, which it takes part in. */
  readonly restarted?: boolean;
  /** True for an init container that has ended with exit code 0 since boot. */
  readonly done: boolean;
  /** True for a sidecar that has started since boot, by its startup probe if it has one. Later containers may start. */
  readonly up?: boolean;
  /** True when the image of the running container was removed from the disk. */
  readonly lostRoot?: boolean;
  /** The termination messages of its last two ends, by invocation. */
  readonly messages?: ReadonlyMap<string, string>;
  /** The invocation in which a hook failed last. */
  readonly failedHooks?: { readonly postStart?: string; readonly preStop?: string };
  /** The results of the probes since the last start that was probed. */
  readonly probes?: Readonly<Partial<Record<ProbeType, ProbeResult>>>;
}

/** `result` of the exit of a unit that a pod had adopted, and that runs on without it. */
export const GIVEN_BACK = "given-back";

/** `result` of the exit of a container that ended because another one of its pod restarts all of them. */
export const RESTART_ALL = "restart-all";

export const NO_HISTORY: ContainerHistory = { forgottenExits: 0, exits: [], finished: false, done: false };

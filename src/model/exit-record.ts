import type { ProbeResult, ProbeType } from "./api/probe.ts";
import type { Instant } from "./api/time.ts";

/**
 * One exit of a container, as the container-exit helper appended it. `result`, `code` and `status` are systemd's
 * $SERVICE_RESULT, $EXIT_CODE and $EXIT_STATUS; `code` is "" when no process of the container ran to an end.
 */
export interface ExitRecord {
  readonly invocation: string;
  readonly result: string;
  /** "exited", "killed", "dumped", "" (start failed before the program ran) or "lost" (written by the run: nobody saw it end). */
  readonly code: string;
  /** A number when exited, a signal name without SIG when killed or dumped. */
  readonly status: string;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly oomKilled: boolean;
  /** False when the program could not be executed (no such file, no such directory, not executable). */
  readonly executed: boolean;
  readonly specHash: string;
  /** Why it could not be started, in the words of what should have; known of the last such starts only. */
  readonly startError?: string;
}

/** All that is known of one container's past, from /var/lib/unitlet/pods/UID and /run/unitlet/pods/UID. */
export interface ContainerHistory {
  /** Exits that were compacted away: they count, their records are gone. */
  readonly forgottenExits: number;
  /** Oldest first. */
  readonly exits: readonly ExitRecord[];
  /** The start that happened last, if it is known since boot: when the container-start helper let it go. */
  readonly started?: { readonly at: Instant; readonly invocation: string };
  /** When the back-off in progress ends. */
  readonly backOffUntil?: Instant;
  /** Never to be started again: Never after any exit, OnFailure after exit 0. */
  readonly finished: boolean;
  /** Init containers: ended with exit 0 since boot. */
  readonly done: boolean;
  /** Sidecars: started since boot, by their startup probe if they have one. What comes after them may start. */
  readonly up?: boolean;
  /** What it said of its last two ends, by invocation. */
  readonly messages?: ReadonlyMap<string, string>;
  /** The invocation in which a hook failed last. */
  readonly failedHooks?: { readonly postStart?: string; readonly preStop?: string };
  /** Of the start that was probed last. */
  readonly probes?: Readonly<Partial<Record<ProbeType, ProbeResult>>>;
}

export const NO_HISTORY: ContainerHistory = { forgottenExits: 0, exits: [], finished: false, done: false };

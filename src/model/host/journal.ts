import type { Instant } from "../api/time.ts";

/** The journal of the containers of one Kubernetes namespace, which is the namespace `unitlet.NAMESPACE` of journald. */
export interface Journal {
  /** The text of its file of settings; undefined when there is none. */
  readonly settings?: string;
  /** When journald last wrote to it; undefined when it has no files. */
  readonly writtenAt?: Instant;
}

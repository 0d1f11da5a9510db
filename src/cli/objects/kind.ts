import type { Instant } from "../../model/api/time.ts";
import type { ApiObject } from "./api-object.ts";
import { ageOf } from "./human-duration.ts";

/** A column of a table: its heading, and its cell for an object. */
export interface Column {
  readonly heading: string;
  /** Shown with -o wide only. */
  readonly isWide?: true;
  readonly cell: (object: ApiObject, now: Instant) => string;
}

/** A kind that commands know. Another kind needs one more entry in KINDS. */
export interface Kind {
  readonly kind: string;
  /** The plural first, as in paths of the API; then the singular and short names. */
  readonly names: readonly [plural: string, singular: string, ...short: string[]];
  /** "" for the core group. */
  readonly group: string;
  /** True: `get all` shows it. */
  readonly isOfAll: boolean;
  /** The columns after NAME. */
  readonly columns: readonly Column[];
}

export const AGE: Column = {
  heading: "AGE",
  cell: ({ metadata }, now) => ageOf(metadata.creationTimestamp, now),
};

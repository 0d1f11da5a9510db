import type { UnitName } from "./unit.ts";

/** A failed start of a unit, as systemd knows it. */
export interface StartFailure {
  readonly unit: UnitName;
  /** Result= of the unit, such as "exit-code" or "oom-kill". */
  readonly result: string;
  readonly invocation: string;
  /** How the command that failed has ended: a number, or the name of a signal without SIG; "" when none has run. */
  readonly status: string;
}

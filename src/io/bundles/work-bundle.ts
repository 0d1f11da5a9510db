import type * as Run from "../../run/reconcile.ts";

/** The larger part of a run is loaded only when something is to be looked at closely. */
export async function loadRun(): Promise<typeof Run> {
  return await import("../../run/reconcile.ts");
}

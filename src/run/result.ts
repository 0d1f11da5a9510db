import { isMisloaded } from "../diff/units/unit-states.ts";
import type { Systemd } from "../io/systemd/systemd.ts";
import { writeUnloadable } from "../io/systemd/unloadable.ts";
import type { Instant } from "../model/api/time.ts";
import type { World } from "../model/world.ts";
import { observeAgain } from "./observe.ts";
import type { Plan } from "./plan.ts";

/** The state after the steps of a plan. */
export interface Result {
  readonly plan: Plan;
  /** The snapshot that status is computed from; the plan's own when there was no step. */
  readonly world: World;
  /** When the snapshot was taken, or was found to be still valid. */
  readonly now: Instant;
}

/**
 * Takes a new snapshot when the plan had steps, because the status reports the state, and not the intention of the
 * plan.
 */
export async function observeResult(plan: Plan, systemd: Systemd): Promise<Result> {
  const now = Date.now();
  const result = {
    plan,
    now,
    world: plan.steps.length > 0 ? await observeAgain(plan.before, systemd, now) : plan.before,
  };
  if (plan.steps.some(({ kind }) => kind === "reload")) {
    const refused = [...result.world.units.values()].filter(isMisloaded);
    writeUnloadable(refused.map(({ name }) => name));
  }
  return result;
}

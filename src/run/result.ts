import type { Systemd } from "../io/systemd/systemd.ts";
import type { Instant } from "../model/api/time.ts";
import type { World } from "../model/world.ts";
import { observeAgain } from "./observe.ts";
import type { Plan } from "./plan.ts";

/** What is after the steps of a plan. */
export interface Result {
  readonly plan: Plan;
  /** The snapshot that status is computed from; the plan's own when there was no step. */
  readonly world: World;
  /** When it was taken, or found to be still right. */
  readonly now: Instant;
}

/** Looks again, if there were steps: status says what is, not what the plan meant to do. */
export async function observeResult(plan: Plan, systemd: Systemd): Promise<Result> {
  const now = Date.now();
  return { plan, now, world: plan.steps.length > 0 ? await observeAgain(plan.before, systemd, now) : plan.before };
}

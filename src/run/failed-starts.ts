import { failedStarts, isRestarting } from "../diff/containers/failed-starts.ts";
import { readPodDirectories } from "../io/pods/pod-directories.ts";
import type { UnitName } from "../model/unit.ts";
import type { Applied, ApplyPorts } from "./apply.ts";
import { apply } from "./apply.ts";
import { observeAgain } from "./observe.ts";
import type { Result } from "./result.ts";

/**
 * Records the starts that have failed before a helper could record them, of this run and of systemd's own restarts, and
 * takes a new snapshot then. A start that a failed unit has kept from running counts as a failed step.
 */
export async function recordFailedStarts(
  result: Result,
  first: Applied,
  ports: ApplyPorts,
): Promise<{ readonly result: Result; readonly applied: Applied }> {
  const { plan, world } = result;
  const { systemd } = ports;
  const applied = { ...first, failed: [...first.failed, ...blockedSteps(first, systemd.blockedStarts())] };
  const restarting = [...world.units.values()].filter(isRestarting).map(({ name }) => name);
  const failures = await systemd.startFailures(restarting);
  if (failures.length === 0) return { result, applied };
  // A helper may have recorded the end since the snapshot.
  const steps = failedStarts(failures, { ...world, directories: readPodDirectories() });
  if (steps.length === 0) return { result, applied };
  const more = await apply(steps, ports);
  const now = Date.now();
  return {
    result: {
      ...{ plan: { ...plan, steps: [...plan.steps, ...steps] }, now },
      world: await observeAgain(world, systemd, now),
    },
    applied: {
      ...applied,
      done: [...applied.done, ...more.done],
      failed: [...applied.failed, ...more.failed],
    },
  };
}

/** Returns the starts that systemd has given up, because a unit that they require has failed. */
function blockedSteps({ done }: Applied, blocked: readonly UnitName[]): Applied["failed"] {
  const error = new Error("a unit that it requires has failed: on the node, systemctl list-dependencies names it");
  return done.flatMap((step) => (step.kind === "start" && blocked.includes(step.unit) ? [{ step, error }] : []));
}

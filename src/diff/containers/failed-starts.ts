import { backOffDelay } from "../../model/back-off.ts";
import { NO_HISTORY } from "../../model/exit-record.ts";
import type { StartFailure } from "../../model/start-failure.ts";
import type { Step } from "../../model/step.ts";
import { type ActualUnit, isAdopted, isContainer, type UnitOwner } from "../../model/unit.ts";
import type { World } from "../../model/world.ts";

/** True while systemd waits before it starts the unit again by itself. */
export function isRestarting({ state }: ActualUnit): boolean {
  return state?.active === "activating" && state.sub.startsWith("auto-restart");
}

/**
 * Returns the steps for containers whose start has failed so early that no helper could record it, or wait for the end of
 * a back-off: systemd could not start the helpers, or the kernel has killed them. Such a start counts as an exit. The
 * unit is stopped, since systemd would start it each second, and a run starts it after the back-off.
 */
export function failedStarts(failures: readonly StartFailure[], world: World): Step[] {
  return failures.flatMap((failure) => {
    const identity = world.units.get(failure.unit)?.identity;
    return identity === undefined || !isContainer({ identity }) || isAdopted({ identity })
      ? []
      : failedStart(identity, failure, world);
  });
}

function failedStart({ podUID: uid, container, specHash }: UnitOwner, failure: StartFailure, world: World): Step[] {
  const { invocation, result, status, unit } = failure;
  const { exits, bootedAfter, started, waiting } = world.directories.get(uid)?.histories.get(container) ?? NO_HISTORY;
  const isKnown = exits.some((exit) => exit.invocation === invocation) || started?.invocation === invocation;
  if (isKnown || waiting !== undefined) return [];
  const { now } = world;
  const record = {
    ...{ invocation, result, code: "", status, startedAt: now, finishedAt: now },
    ...{ oomKilled: false, executed: false, specHash },
  };
  const retryAt = now + backOffDelay({ exits: [...exits, record], ...(bootedAfter && { bootedAfter }) }) * 1000;
  const because = `its start failed with the result ${result}${status && `, status ${status}`}`;
  return [
    { kind: "record-exit", uid, container, because, record, retryAt },
    { kind: "stop", uid, unit, because },
  ];
}

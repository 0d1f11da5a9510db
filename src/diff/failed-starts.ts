import { backOffDelay } from "../model/back-off.ts";
import { NO_HISTORY } from "../model/exit-record.ts";
import type { StartFailure } from "../model/start-failure.ts";
import type { Step } from "../model/step.ts";
import type { DesiredContainer, Translation } from "../model/translation.ts";
import type { ActualUnit } from "../model/unit.ts";
import type { World } from "../model/world.ts";

/** True while systemd waits before it starts the unit again by itself. */
export function isRestarting({ state }: ActualUnit): boolean {
  return state?.active === "activating" && state.sub.startsWith("auto-restart");
}

/**
 * Returns the steps for containers whose start has failed so early that no helper could record it, or wait for the end of
 * a back-off: systemd could not start the helpers, or the kernel has killed them. Such a start counts as an exit. The
 * unit is stopped, since systemd would start it each second, and a run starts it after the back-off.
 */
export function failedStarts(
  translations: readonly Translation[],
  failures: readonly StartFailure[],
  world: World,
): Step[] {
  const containers = translations.flatMap((translation) =>
    translation.kind === "runnable"
      ? translation.containers.map((container) => [translation.pod.metadata.uid, container] as const)
      : [],
  );
  return failures.flatMap((failure) => {
    const found = containers.find(([, { unitName }]) => unitName === failure.unit);
    return found === undefined ? [] : failedStart(...found, failure, world);
  });
}

function failedStart(uid: string, container: DesiredContainer, failure: StartFailure, world: World): Step[] {
  const { invocation, result, status, unit } = failure;
  const { exits, started, waiting } = world.directories.get(uid)?.histories.get(container.name) ?? NO_HISTORY;
  const isKnown = exits.some((exit) => exit.invocation === invocation) || started?.invocation === invocation;
  if (isKnown || waiting !== undefined) return [];
  const { now } = world;
  const record = {
    ...{ invocation, result, code: "", status, startedAt: now, finishedAt: now },
    ...{ oomKilled: false, executed: false, specHash: container.unit?.identity.specHash ?? "" },
  };
  const delay = backOffDelay([...exits, record]) * 1000;
  const because = `its start failed with the result ${result}${status && `, status ${status}`}`;
  return [
    {
      ...({ kind: "record-exit", uid, container: container.name, because, record } as const),
      ...(delay > 0 && { retryAt: now + delay }),
    },
    { kind: "stop", uid, unit, because },
  ];
}

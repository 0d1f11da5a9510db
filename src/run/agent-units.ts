import { reportProblem } from "../io/problems.ts";
import { BusError } from "../io/systemd/bus.ts";
import type { Systemd } from "../io/systemd/systemd.ts";
import { setTimerInterval } from "../io/systemd/timer-interval.ts";
import { removeWatchConfig, writeWatchConfig } from "../io/systemd/watch-config.ts";
import type { UnitState } from "../model/unit.ts";
import type { World } from "../model/world.ts";
import type { SyncInput } from "./input.ts";

const WATCH = "unitlet-watch.service";
const PATH = "unitlet-sync.path";
const SOCKET = "unitlet-api.socket";
const SERVICE = "unitlet-api.service";

/**
 * Looks after the agent's own units: the doorbell that storms have tripped, the watch that the configuration asks for, and
 * the port, which is open as long as the node is in a cluster.
 */
export async function reconcileAgentUnits(input: SyncInput, agent: World["agent"], systemd: Systemd): Promise<void> {
  try {
    await reconcileUnits(input, agent, systemd);
    reportProblem(input.log, "agent", undefined);
  } catch (error) {
    // systemd answers, and says no, such as for a unit that is masked: the pods are looked after all the same.
    if (!(error instanceof BusError && error.type !== "")) throw error;
    reportProblem(input.log, "agent", error.message);
  }
}

async function reconcileUnits({ config, log }: SyncInput, agent: World["agent"], systemd: Systemd): Promise<void> {
  await Promise.all(agent.inactive.map((unit) => systemd.activate(unit)));
  if (agent.path?.active === "failed") {
    reportProblem(log, "sync-trigger", `${PATH} has failed; starting it again`);
    await systemd.resetFailed(PATH);
    await systemd.set(PATH, true);
  } else if (agent.path !== undefined) reportProblem(log, "sync-trigger", undefined);
  const wanted = config.watch && config.cluster !== undefined;
  const up = isUp(agent.watch);
  if (wanted && config.cluster !== undefined) {
    const changed = writeWatchConfig(config.cluster, config.nodeName);
    if (up && changed) await systemd.set(WATCH, false);
    if (!up || changed) await systemd.set(WATCH, true);
  } else if (up) {
    await systemd.set(WATCH, false);
    removeWatchConfig();
  }
  if (setTimerInterval(wanted)) await systemd.reload();
  await reconcilePort(config.cluster !== undefined, isUp(agent.socket), systemd);
}

/** install.sh does the same; this is for a kubeconfig that was put there, or taken away, by hand. */
async function reconcilePort(wanted: boolean, up: boolean, systemd: Systemd): Promise<void> {
  if (wanted !== up) await systemd.set(SOCKET, wanted);
  // A stream that is under way would go on.
  if (up && !wanted) await systemd.set(SERVICE, false);
}

function isUp(state: UnitState | undefined): boolean {
  return state?.active === "active" || state?.active === "activating";
}

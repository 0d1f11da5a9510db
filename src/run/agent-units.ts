import { hasLeftNetworks } from "../io/cni/left-networks.ts";
import { exists } from "../io/files.ts";
import { reportProblem } from "../io/problems.ts";
import { BusError } from "../io/systemd/bus.ts";
import { readInstanceFiles, removeInstanceFiles } from "../io/systemd/instance-files.ts";
import { requestSync } from "../io/systemd/sync-trigger.ts";
import type { Systemd } from "../io/systemd/systemd.ts";
import { setTimerInterval } from "../io/systemd/timer-interval.ts";
import { transientService } from "../io/systemd/transient-run.ts";
import { removeWatchConfig, writeWatchConfig } from "../io/systemd/watch-config.ts";
import type { Log } from "../log.ts";
import type { Config } from "../model/host/config.ts";
import { API_HELPER_SOCKET } from "../model/paths.ts";
import type { UnitName, UnitState } from "../model/unit.ts";
import type { World } from "../model/world.ts";
import type { SyncInput } from "./input.ts";

const WATCH = "unitlet-watch.service";
const PATH = "unitlet-sync.path";
const SOCKET = "unitlet-api.socket";
const SERVICE = "unitlet-api.service";
const HELPER = "unitlet-api-helper.socket" as UnitName;

/**
 * Starts and stops the agent's own units: the path unit that starts runs, and the watch that the configuration asks
 * for. The socket of the kubelet's port is open while the host is a node.
 */
export async function reconcileAgentUnits(input: SyncInput, agent: World["agent"], systemd: Systemd): Promise<void> {
  try {
    await reconcileUnits(input, agent, systemd);
    reportProblem(input.log, "agent", undefined);
  } catch (error) {
    // systemd refuses, for example because a unit is masked, or a file of the credentials cannot be read. The pods do not
    // depend on these units.
    if (error instanceof BusError && error.type === "") throw error;
    reportProblem(input.log, "agent", (error as Error).message);
  }
}

const sweepOf = (libDir: string) => transientService("unitlet-left-networks", [`${libDir}/pod-network`, "-", "sweep"]);

async function reconcileUnits(input: SyncInput, agent: World["agent"], systemd: Systemd): Promise<void> {
  const { config, log, libDir, now } = input;
  await restoreInstances(config.dropIns, log, systemd);
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
  } else {
    if (up) await systemd.set(WATCH, false);
    // Also when the watch has failed, for example without curl: the file has the token.
    removeWatchConfig();
  }
  if (setTimerInterval(wanted)) await systemd.reload();
  if (hasLeftNetworks(now)) await systemd.startTransient(sweepOf(libDir));
  await reconcilePort(config.cluster !== undefined, isUp(agent.socket), systemd);
  // systemd listens at a path that was removed, where no process finds it.
  if (isUp(agent.helper) && !exists(API_HELPER_SOCKET)) await systemd.restart(HELPER);
}

/** Removes what masks or changes the pipes and timers of single containers, whose next start would fail. */
async function restoreInstances(ofDropIns: Config["dropIns"], log: Log, systemd: Systemd): Promise<void> {
  const paths = readInstanceFiles(ofDropIns);
  if (paths.length === 0) return;
  removeInstanceFiles(paths);
  log.notice("remove-files", {
    paths: paths.join(" "),
    because: "units of single containers were changed on the host",
  });
  await systemd.reload();
  requestSync();
}

/**
 * Opens or closes the kubelet's port. install.sh does the same, but an administrator may add or remove the kubeconfig
 * by hand.
 */
async function reconcilePort(wanted: boolean, up: boolean, systemd: Systemd): Promise<void> {
  if (wanted !== up) await systemd.set(SOCKET, wanted);
  // Stopping the socket does not end the streams that are open.
  if (up && !wanted) await systemd.set(SERVICE, false);
}

function isUp(state: UnitState | undefined): boolean {
  return state?.active === "active" || state?.active === "activating";
}

import { BusError } from "./io/bus.ts";
import type { Systemd } from "./io/systemd.ts";
import { sayTrouble } from "./io/trouble.ts";
import { removeWatchConfig, writeWatchConfig } from "./io/watch-config.ts";
import type { World } from "./model/world.ts";
import type { Sync } from "./sync.ts";

const WATCH = "unitlet-watch.service";
const PATH = "unitlet-sync.path";

/** Looks after the agent's own units: the doorbell that storms have tripped, and the watch that the configuration asks for. */
export async function keepAgent(input: Sync, agent: World["agent"], systemd: Systemd): Promise<void> {
  try {
    await keepUnits(input, agent, systemd);
    sayTrouble(input.log, "agent", undefined);
  } catch (error) {
    // systemd answers, and says no, such as for a unit that is masked: the pods are looked after all the same.
    if (!(error instanceof BusError && error.type !== "")) throw error;
    sayTrouble(input.log, "agent", error.message);
  }
}

async function keepUnits({ config, log }: Sync, agent: World["agent"], systemd: Systemd): Promise<void> {
  await Promise.all(agent.fallen.map((unit) => systemd.activate(unit)));
  if (agent.path?.active === "failed") {
    sayTrouble(log, "doorbell", `${PATH} has failed; starting it again`);
    await systemd.resetFailed(PATH);
    await systemd.set(PATH, true);
  } else if (agent.path !== undefined) sayTrouble(log, "doorbell", undefined);
  const wanted = config.watch && config.cluster !== undefined;
  const up = agent.watch?.active === "active" || agent.watch?.active === "activating";
  if (wanted && config.cluster !== undefined) {
    const changed = writeWatchConfig(config.cluster, config.nodeName);
    if (up && changed) await systemd.set(WATCH, false);
    if (!up || changed) await systemd.set(WATCH, true);
  } else if (up) {
    await systemd.set(WATCH, false);
    removeWatchConfig();
  }
}

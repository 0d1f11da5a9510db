import type { Systemd } from "./io/systemd.ts";
import { removeWatchConfig, writeWatchConfig } from "./io/watch-config.ts";
import type { World } from "./model/world.ts";
import type { Sync } from "./sync.ts";

const WATCH = "unitlet-watch.service";
const PATH = "unitlet-sync.path";

/** Looks after the agent's own units: the doorbell that storms have tripped, and the watch that the configuration asks for. */
export async function keepAgent({ config, log }: Sync, agent: World["agent"], systemd: Systemd): Promise<void> {
  if (agent.path?.active === "failed") {
    log.warning("unit has failed; starting it again", { unit: PATH });
    await systemd.resetFailed(PATH);
    await systemd.set(PATH, true);
  }
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

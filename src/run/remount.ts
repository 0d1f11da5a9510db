import type { Systemd } from "../io/systemd/systemd.ts";
import { clearRemount, remount } from "../io/volumes/remount.ts";
import type { Log } from "../log.ts";
import type { Step } from "../model/step.ts";

interface Ports {
  readonly systemd: Systemd;
  readonly log: Log;
  readonly libDir: string;
}

/** Gives running containers the directories of the pod again. A container that cannot have them restarts. */
export async function remountOrRestart(step: Step & { readonly kind: "remount" }, ports: Ports): Promise<void> {
  for (const container of step.containers) {
    try {
      remount(step.uid, container, ports.libDir);
    } catch (error) {
      const { unit } = container;
      ports.log.error("cannot mount new directories in a container; it restarts", {
        unit,
        because: (error as Error).message,
      });
      await ports.systemd.restart(unit);
    }
  }
  clearRemount(step.uid);
}

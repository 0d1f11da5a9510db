import { chmodSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { readOptional, remove, writeAtomic } from "../files.ts";

/** The name sorts before the usual names of an administrator's drop-ins, which so take precedence. */
const DROP_IN = "/run/systemd/system/unitlet-sync.timer.d/10-watch.conf";

/** While the watch runs, the timer only renews the lease. An empty assignment also removes the unit's other timers. */
const SLOW_TIMER = "[Timer]\nOnUnitInactiveSec=\nOnBootSec=1s\nOnUnitInactiveSec=10s\n";

/** Sets the interval of the timer: 10 s with the watch, 5 s without. Returns true when it changed, and systemd must reload. */
export function setTimerInterval(watching: boolean): boolean {
  const isSlow = readOptional(DROP_IN) === SLOW_TIMER;
  if (isSlow === watching) return false;
  if (!watching) remove(dirname(DROP_IN));
  else {
    mkdirSync(dirname(DROP_IN), { recursive: true });
    chmodSync(dirname(DROP_IN), 0o755);
    writeAtomic(DROP_IN, SLOW_TIMER, 0o644);
  }
  return true;
}

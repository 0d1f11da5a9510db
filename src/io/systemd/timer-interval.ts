import { chmodSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { readOptional, remove, writeAtomic } from "../files.ts";

/** Sorts before what an administrator would call theirs, which so has the last word. */
const DROP_IN = "/run/systemd/system/unitlet-sync.timer.d/10-watch.conf";

/** With the watch the timer is there for the lease alone. An empty assignment forgets the others, too. */
const SLOW_TIMER = "[Timer]\nOnUnitInactiveSec=\nOnBootSec=1s\nOnUnitInactiveSec=10s\n";

/** How often the timer comes: half as often with the watch. True when that changed, and systemd has to be told. */
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

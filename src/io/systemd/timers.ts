import { join } from "node:path";
import type { ActualTimer } from "../../model/cron-job-state.ts";
import type { UnitName } from "../../model/unit.ts";
import { UNIT_DIRECTORIES, type UnitDirectory } from "../../model/unit-directory.ts";
import { isTimerText } from "../../unitfile/timer.ts";
import { exists, list, readRegular } from "../files.ts";
import type { Listing } from "./systemd.ts";
import { wantsIn } from "./unit-places.ts";

/** The pattern of the names of CronJobs' timers. */
export const TIMER_PATTERN = "unitlet.*.timer";

const TIMER = /^unitlet\.[a-z0-9.-]+\.timer$/;

/** True for the file name of the timer of a CronJob. */
export function isTimerName(name: string): boolean {
  return TIMER.test(name);
}

/** Returns the timers of CronJobs that have a file, by name. One in another directory than `directory` says counts as edited. */
export function readTimers(listing: Listing, directory: UnitDirectory): ReadonlyMap<UnitName, ActualTimer> {
  const names = UNIT_DIRECTORIES.flatMap((place) => list(place).filter(isTimerName));
  return new Map(
    [...new Set(names)].map((name) => {
      const place = UNIT_DIRECTORIES.find((each) => exists(join(each, name))) ?? directory;
      const text = readRegular(join(place, name));
      const isActive = listing.get(name)?.active === "active";
      const timer = { isOurs: isTimerText(text ?? ""), isLinked: exists(join(wantsIn(place), name)), isActive };
      return [name as UnitName, { ...timer, ...(text !== undefined && place === directory && { text }) }];
    }),
  );
}

import type { PressureHistory } from "../../model/host/pressure-history.ts";
import { readCached, removeCached, writeCached } from "../cache.ts";

const NAME = "pressures";
/** The form of the file: another version of unitlet starts with no history. */
const FORM = "1";

/** Returns the result of earlier measurements; undefined while no threshold is met. */
export function readPressureHistory(): PressureHistory | undefined {
  return readCached<PressureHistory>(NAME, FORM);
}

/** Stores the result of a measurement for the next one. */
export function writePressureHistory(history: PressureHistory | undefined): void {
  if (history === undefined) removeCached(NAME);
  else writeCached(NAME, FORM, history);
}

import * as z from "zod";
import { SettingError } from "./setting-error.ts";

/** A private range that other runtimes and clusters do not use by default, with room for 253 pods. */
export const DEFAULT_POD_CIDR = "10.86.0.0/24";

/** The prefix lengths in which host-local finds an address for each of 16 pods or more. */
const LONGEST = { 4: 28, 6: 124 };

/** A route of a shorter prefix to the bridge covers public addresses. */
const SHORTEST = { 4: 8, 6: 16 };

/**
 * Returns the ranges of a text in lower case, as helpers compare them with texts of the kernel: at most one of each IP family.
 * Throws SettingError.
 */
export function parsePodCIDR(text: string): readonly string[] {
  const ranges = text.split(",").map((each) => each.trim().toLowerCase());
  const families = ranges.map(familyOf);
  if (new Set(families).size < families.length) throw new SettingError("expected at most one range of each IP family");
  return ranges;
}

function familyOf(range: string): 4 | 6 {
  const family = z.cidrv4().safeParse(range).success ? 4 : z.cidrv6().safeParse(range).success ? 6 : undefined;
  if (family === undefined) throw new SettingError(`"${range}": expected a range such as ${DEFAULT_POD_CIDR}`);
  const length = Number(range.split("/")[1]);
  if (length > LONGEST[family])
    throw new SettingError(`"${range}": expected a prefix length of at most ${LONGEST[family]}`);
  if (length < SHORTEST[family])
    throw new SettingError(`"${range}": expected a prefix length of at least ${SHORTEST[family]}`);
  return family;
}

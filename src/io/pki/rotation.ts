import { fromTimestamp, type Instant } from "../../model/api/time.ts";
import type { Validity } from "../../model/host/credentials.ts";
import { digest } from "../../unitfile/hash.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * When a certificate is to be renewed: at 70 to 90 % of its life, as the kubelet does, so that the nodes of a cluster do not
 * come all at once. Where in between follows from its serial number: every run finds the same moment.
 */
export function renewalTime({ from, to }: Validity, serialNumber: string): Instant {
  const share = Number.parseInt(digest(serialNumber, 8), 16) / 0x1_0000_0000;
  return from + Math.floor((to - from) * (0.7 + 0.2 * share));
}

/** How long to wait before a request of this age is looked at again: nobody may approve it for days. */
export function pollDelay(age: number): number {
  if (age < 2 * MINUTE_MS) return 10 * SECOND_MS;
  return age < HOUR_MS ? MINUTE_MS : 5 * MINUTE_MS;
}

/** How long to wait after so many refusals in a row. */
export function retryDelay(refusals: number): number {
  return Math.min(HOUR_MS, MINUTE_MS * 2 ** (refusals - 1));
}

export function ageOf(created: string | undefined, now: Instant): number {
  return created === undefined ? 0 : Math.max(0, now - fromTimestamp(created));
}

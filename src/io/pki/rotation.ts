import { fromTimestamp, type Instant } from "../../model/api/time.ts";
import type { Validity } from "../../model/host/credentials.ts";
import { digest } from "../../unitfile/hash.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * Returns when a certificate is to be renewed: at 70 to 90 % of its life, so that the nodes of a cluster renew at different
 * times. The kubelet uses a random share (client-go's `certificate_manager.go: nextRotationDeadline`, v0.36). Here the serial
 * number gives the share, so every run computes the same time.
 */
export function renewalTime({ from, to }: Validity, serialNumber: string): Instant {
  const share = Number.parseInt(digest(serialNumber, 8), 16) / 0x1_0000_0000;
  return from + Math.floor((to - from) * (0.7 + 0.2 * share));
}

/** Returns the milliseconds until a request of this age (ms) is read again. Approval may take days. */
export function pollDelay(age: number): number {
  if (age < 2 * MINUTE_MS) return 10 * SECOND_MS;
  return age < HOUR_MS ? MINUTE_MS : 5 * MINUTE_MS;
}

/** Returns the milliseconds until the next attempt after this number of rejections in a row. */
export function retryDelay(refusals: number): number {
  return Math.min(HOUR_MS, MINUTE_MS * 2 ** (refusals - 1));
}

/** Returns the milliseconds since a creationTimestamp; 0 when there is none. */
export function ageOf(created: string | undefined, now: Instant): number {
  return created === undefined ? 0 : Math.max(0, now - fromTimestamp(created));
}

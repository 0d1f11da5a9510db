import type { Identity } from "../model/host/credentials.ts";
import { type Instant, toTimestamp } from "../model/api/time.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Certificates are made valid from five minutes ago: with more between the clocks a new one is not valid yet. */
const MOST_SKEW = 5 * MINUTE;

export interface IdentityFacts {
  readonly identity?: Identity;
  /** Milliseconds by which the API server's clock is ahead of this host's. */
  readonly clockSkew?: number;
}

/** Why this node will not, or should not, be one for much longer; undefined when all is well. */
export function identityProblem(
  { identity, clockSkew = 0 }: IdentityFacts,
  now: Instant,
): { readonly reason: string; readonly message: string } | undefined {
  if (Math.abs(clockSkew) >= MOST_SKEW) {
    const minutes = Math.round(Math.abs(clockSkew) / MINUTE);
    const side = clockSkew > 0 ? "behind" : "ahead of";
    const message = `the clock of this host is ${minutes} minutes ${side} the API server's: set it, and keep it set (timedatectl set-ntp yes)`;
    return { reason: "ClockSkew", message };
  }
  const { client } = identity ?? {};
  if (client === undefined) return undefined;
  const { from, to } = client;
  const remedy =
    "kubectl get csr shows whether its renewal waits for somebody; unitlet join with a new token replaces it";
  if (now >= to)
    return {
      reason: "CertificateExpired",
      message: `the client certificate has ended at ${toTimestamp(to)}: ${remedy}`,
    };
  if (now < from)
    return {
      reason: "CertificateNotYetValid",
      message: `the client certificate is valid from ${toTimestamp(from)}: set the clock`,
    };
  if (to - now > Math.min(HOUR, (to - from) / 20)) return undefined;
  return {
    reason: "CertificateExpiring",
    message: `the client certificate ends at ${toTimestamp(to)} and is not renewed: ${remedy}`,
  };
}

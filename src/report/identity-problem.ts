import { type Instant, toTimestamp } from "../model/api/time.ts";
import type { NodeCredentials } from "../model/host/credentials.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Certificates are valid from 5 min before they are signed. With a larger skew a new one is not valid yet. */
const MAX_SKEW_MS = 5 * MINUTE_MS;

export interface CredentialsFacts {
  readonly identity?: NodeCredentials;
  /** Milliseconds by which the API server's clock is ahead of this host's. */
  readonly clockSkew?: number;
}

/** Returns why the node's credentials fail or will fail soon; undefined when they are valid. */
export function credentialsProblem(
  { identity, clockSkew = 0 }: CredentialsFacts,
  now: Instant,
): { readonly reason: string; readonly message: string } | undefined {
  if (Math.abs(clockSkew) >= MAX_SKEW_MS) {
    const minutes = Math.round(Math.abs(clockSkew) / MINUTE_MS);
    const side = clockSkew > 0 ? "behind" : "ahead of";
    const message = `the clock of this host is ${minutes} minutes ${side} the API server's: set it, and keep it set (timedatectl set-ntp yes)`;
    return { reason: "ClockSkew", message };
  }
  const { client } = identity ?? {};
  if (client === undefined) return undefined;
  const { from, to } = client;
  const remedy =
    "kubectl get csr shows whether its renewal waits for an approval; unitlet join with a new token replaces it";
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
  if (to - now > Math.min(HOUR_MS, (to - from) / 20)) return undefined;
  return {
    reason: "CertificateExpiring",
    message: `the client certificate ends at ${toTimestamp(to)} and is not renewed: ${remedy}`,
  };
}

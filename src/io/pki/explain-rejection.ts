import { type Instant, toTimestamp } from "../../model/api/time.ts";
import type { Validity } from "../../model/host/credentials.ts";

export interface RejectionCase {
  /** Of the answer; 0 when there was none. */
  readonly status: number;
  /** Node's code for what went wrong with TLS. */
  readonly code?: string;
  /** Of our own certificate; undefined: a token, or no certificate that can be read. */
  readonly client?: Validity;
  /** Whether `unitlet join` made this node's identity. */
  readonly isOurs: boolean;
  readonly now: Instant;
}

const JOIN = "join again with a new token (unitlet join --help)";

/** Why node and API server do not accept each other, and what to do; undefined: that is not what is wrong. */
export function rejectionMessage(refusal: RejectionCase): string | undefined {
  const { status, code = "", client, now } = refusal;
  if (status === 401) return ownIdentity(refusal);
  if (status !== 0) return undefined;
  const clock = `this host's clock says ${toTimestamp(now)}`;
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return `the API server's certificate has ended, or the clock is ahead: ${clock}`;
    case "CERT_NOT_YET_VALID":
      return `the API server's certificate is not valid yet, so the clock is behind: ${clock}; set it (timedatectl)`;
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return "the API server's certificate is not for the address in the kubeconfig: set server there to one that it names";
  }
  if (/^(UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_|CERT_(SIGNATURE|UNTRUSTED|REVOKED|REJECTED))/.test(code))
    return `the API server's certificate is not signed by the authority that the kubeconfig names: the cluster has a new one, or this is another server; put the new one there, or ${JOIN}`;
  if (!/^(ERR_SSL|EPROTO)/.test(code)) return undefined;
  return client === undefined ? undefined : ended(client, now);
}

function ownIdentity({ client, isOurs, now }: RejectionCase): string {
  const remedy = isOurs ? JOIN : "put a new one into the kubeconfig";
  if (client === undefined) return `the API server does not accept the token of this node: ${remedy}`;
  return (
    ended(client, now, remedy) ??
    `the API server does not accept the certificate of this node: it trusts another authority now, or its clock is another; ${remedy}`
  );
}

function ended({ from, to }: Validity, now: Instant, remedy = JOIN): string | undefined {
  if (now >= to) return `the certificate of this node has ended at ${toTimestamp(to)}: ${remedy}`;
  if (now >= from) return undefined;
  return `the certificate of this node is valid from ${toTimestamp(from)}, and this host's clock says ${toTimestamp(now)}: set the clock (timedatectl)`;
}

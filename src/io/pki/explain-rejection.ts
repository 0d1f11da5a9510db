import { type Instant, toTimestamp } from "../../model/api/time.ts";
import type { Validity } from "../../model/host/credentials.ts";

/** The facts of one rejection. */
export interface RejectionCase {
  /** The status of the response; 0 when there was none. */
  readonly status: number;
  /** Node's code of the TLS error. */
  readonly code?: string;
  /** The validity of the client certificate; undefined for a token, and for a certificate that cannot be read. */
  readonly client?: Validity;
  /** True when `unitlet join` obtained the credentials of this node. */
  readonly isOurs: boolean;
  readonly now: Instant;
}

const JOIN = "join again with a new token (unitlet join --help)";

/** Returns why the node and the API server do not accept each other, and what to do; undefined for another kind of error. */
export function rejectionMessage(rejection: RejectionCase): string | undefined {
  const { status, code = "", client, now } = rejection;
  if (status === 401) return credentialsMessage(rejection);
  if (status !== 0) return undefined;
  const clockMessage = `this host's clock says ${toTimestamp(now)}`;
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return `the API server's certificate has ended, or the clock is ahead: ${clockMessage}`;
    case "CERT_NOT_YET_VALID":
      return `the API server's certificate is not valid yet, so the clock is behind: ${clockMessage}; set it (timedatectl)`;
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return "the API server's certificate is not for the address in the kubeconfig: set server there to one that it names";
  }
  if (/^(UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_|CERT_(SIGNATURE|UNTRUSTED|REVOKED|REJECTED))/.test(code))
    return `the API server's certificate is not signed by the CA in the kubeconfig: the cluster has a new CA, or this is another server; put the new CA there, or ${JOIN}`;
  if (!/^(ERR_SSL|EPROTO)/.test(code)) return undefined;
  return client === undefined ? undefined : validityMessage(client, now);
}

function credentialsMessage({ client, isOurs, now }: RejectionCase): string {
  const remedy = isOurs ? JOIN : "put a new one into the kubeconfig";
  if (client === undefined) return `the API server does not accept the token of this node: ${remedy}`;
  return (
    validityMessage(client, now, remedy) ??
    `the API server does not accept the certificate of this node: it trusts another CA now, or its clock differs; ${remedy}`
  );
}

function validityMessage({ from, to }: Validity, now: Instant, remedy = JOIN): string | undefined {
  if (now >= to) return `the certificate of this node has ended at ${toTimestamp(to)}: ${remedy}`;
  if (now >= from) return undefined;
  return `the certificate of this node is valid from ${toTimestamp(from)}, and this host's clock says ${toTimestamp(now)}: set the clock (timedatectl)`;
}

import type { Instant } from "../api/time.ts";

/** A certificate that a node requests: as a client of the API server, or for serving the kubelet's port. */
export interface KeyPairRequest {
  readonly kind: "client" | "serving";
  readonly nodeName: string;
  /** The host names and addresses of a serving certificate; empty for a client certificate. */
  readonly names: readonly string[];
}

export interface Validity {
  readonly from: Instant;
  readonly to: Instant;
}

/** The state of the node's certificates, which runs use without reading them until `until`. */
export interface NodeCredentials {
  /** When the certificates must be checked again. */
  readonly until: Instant;
  /** The client certificate; undefined: the node has a token instead. */
  readonly client?: Validity;
  /** The number of rejected requests in a row, by kind of certificate. */
  readonly refusals: Readonly<Record<KeyPairRequest["kind"], number>>;
}

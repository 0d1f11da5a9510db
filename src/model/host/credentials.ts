import type { Instant } from "../api/time.ts";

/** What a node asks a certificate for: to be let in at the API server, or to be known at its own port. */
export interface KeyPairRequest {
  readonly kind: "client" | "serving";
  readonly nodeName: string;
  /** Host names and addresses that a serving certificate is for; none for a client's. */
  readonly names: readonly string[];
}

export interface Validity {
  readonly from: Instant;
  readonly to: Instant;
}

/** What a run knows of the node's identity without looking: kept until then. */
export interface NodeCredentials {
  /** When it is to be looked at again. */
  readonly until: Instant;
  /** Of the client certificate; undefined: the node has a token instead. */
  readonly client?: Validity;
  /** How often in a row a request was refused, by kind of pair. */
  readonly refusals: Readonly<Record<KeyPairRequest["kind"], number>>;
}

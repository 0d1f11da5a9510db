/** A client that does not keep to the protocol: its connection is of no more use. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** The client has violated the protocol, and the connection must be closed. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

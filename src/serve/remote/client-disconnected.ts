/** The client of an upgraded connection has disconnected, or opened no streams. No response is possible. */
export class ClientDisconnected extends Error {
  override readonly name = "ClientDisconnected";
}

/** The client of an upgraded connection is not there any more, or never spoke: there is nobody to answer. */
export class ClientDisconnected extends Error {
  override readonly name = "Gone";
}

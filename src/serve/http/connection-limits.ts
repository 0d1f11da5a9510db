/** The part of a socket that the limits need. */
export interface LimitedSocket {
  readonly remoteAddress?: string | undefined;
  destroy(): unknown;
  once(event: "close", listener: () => void): unknown;
}

/**
 * The numbers of connections without a valid certificate or token, of all clients and of one address. An API server that
 * opens many streams has many concurrent handshakes, so one address gets more than a few.
 */
const MAX_UNAUTHENTICATED = 250;
const MAX_UNAUTHENTICATED_PER_ADDRESS = 100;

/**
 * Keeps clients without credentials from taking all connections of the port. They have a separate limit: above it, the
 * oldest connection of the address with the most connections is closed. Connections of authenticated clients are not.
 */
export class ConnectionLimits {
  /** The connections in the order of their arrival. */
  readonly #unauthenticated = new Set<LimitedSocket>();

  add(socket: LimitedSocket): void {
    this.#unauthenticated.add(socket);
    socket.once("close", () => this.#unauthenticated.delete(socket));
    const own = this.#of(socket.remoteAddress);
    if (own.length > MAX_UNAUTHENTICATED_PER_ADDRESS) this.#close(own[0]);
    else if (this.#unauthenticated.size > MAX_UNAUTHENTICATED) this.#close(this.#oldestOfLargest());
  }

  /** Moves a connection to those of authenticated clients, which these limits do not count. */
  authenticated(socket: LimitedSocket): void {
    this.#unauthenticated.delete(socket);
  }

  #of(address: string | undefined): LimitedSocket[] {
    return [...this.#unauthenticated].filter(({ remoteAddress }) => remoteAddress === address);
  }

  #oldestOfLargest(): LimitedSocket | undefined {
    const groups = [...Map.groupBy(this.#unauthenticated, ({ remoteAddress }) => remoteAddress).values()];
    return groups.toSorted((one, other) => other.length - one.length)[0]?.[0];
  }

  #close(socket: LimitedSocket | undefined): void {
    if (socket === undefined) return;
    this.#unauthenticated.delete(socket);
    socket.destroy();
  }
}

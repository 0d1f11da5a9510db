import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { ConnectionLimits } from "../../../src/serve/http/connection-limits.ts";

class FakeSocket extends EventEmitter {
  readonly remoteAddress: string;
  isOpen = true;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): void {
    this.isOpen = false;
    this.emit("close");
  }
}

/** Connects once from each of the addresses. */
function connect(limits: ConnectionLimits, addresses: readonly string[]): FakeSocket[] {
  return addresses.map((address) => {
    const socket = new FakeSocket(address);
    limits.add(socket);
    return socket;
  });
}

const open = (sockets: readonly FakeSocket[]) => sockets.flatMap(({ isOpen }, at) => (isOpen ? [at] : []));
const times = (length: number, address: (at: number) => string) => Array.from({ length }, (_, at) => address(at));

test("the 101st connection of one address closes its oldest one", () => {
  const sockets = connect(
    new ConnectionLimits(),
    times(101, () => "192.0.2.1"),
  );
  expect(open(sockets)).toEqual(times(100, String).map((_, at) => at + 1));
});

test("with 250 connections the next one closes the oldest of the address that has most", () => {
  const limits = new ConnectionLimits();
  const many = connect(
    limits,
    times(100, () => "192.0.2.1"),
  );
  const others = connect(
    limits,
    times(150, (at) => `198.51.100.${at}`),
  );
  const [next] = connect(limits, ["203.0.113.1"]);
  expect([open(many).length, many[0]?.isOpen, open(others).length, next?.isOpen]).toEqual([99, false, 150, true]);
});

test("an authenticated connection is not counted, and not closed for a stranger", () => {
  const limits = new ConnectionLimits();
  const [client] = connect(limits, ["192.0.2.1"]) as [FakeSocket];
  limits.authenticated(client);
  connect(
    limits,
    times(300, () => "192.0.2.1"),
  );
  expect(client.isOpen).toBe(true);
});

test("a connection that was closed leaves its place", () => {
  const limits = new ConnectionLimits();
  for (const socket of connect(
    limits,
    times(50, () => "192.0.2.1"),
  ))
    socket.destroy();
  const sockets = connect(
    limits,
    times(100, () => "192.0.2.1"),
  );
  expect(open(sockets)).toHaveLength(100);
});

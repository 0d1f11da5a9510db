import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { getSystemErrorMessage } from "node:util";
import { connectHelper } from "../../io/api-helper.ts";

interface Target {
  readonly network: "tcp4" | "tcp6";
  readonly host: string;
  readonly shown: string;
}

/** The addresses of a pod's own processes, in the order of the attempts. */
const LOOPBACK_ADDRESSES: readonly Target[] = [
  { network: "tcp4", host: "127.0.0.1", shown: "127.0.0.1" },
  { network: "tcp6", host: "::1", shown: "[::1]" },
];

/**
 * Connects with a port of a pod on the host's network. `listenersInPod` returns the networks on whose loopback address a
 * process of the pod listens: other listeners on the loopback are services that expect local clients. Throws when none
 * does.
 */
export async function dialOnHost(port: number, listenersInPod: () => Promise<readonly string[]>): Promise<Socket> {
  const networks = await listenersInPod();
  const failures: string[] = [];
  for (const { network, host } of LOOPBACK_ADDRESSES) {
    try {
      if (!networks.includes(network)) throw new Error("connection refused: no process of the pod listens there");
      return await connected(host, port);
    } catch (error) {
      const { errno, message } = error as NodeJS.ErrnoException;
      failures.push(errno === undefined ? message : getSystemErrorMessage(errno));
    }
  }
  throw refused(port, failures);
}

/**
 * Connects with the loopback address of a pod that has a network of its own. `pod-connect` enters that network. Throws
 * when no program listens there.
 */
export async function dialInPod(uid: string, port: number): Promise<Socket> {
  const socket = await connectHelper();
  socket.write(`connect ${uid} ${port}\n`);
  const [word, ...numbers] = (await firstLine(socket)).split(" ");
  if (word === "connected") return socket;
  socket.destroy();
  if (word !== "failed") throw new Error("the pod's network cannot be entered: see journalctl -t unitlet-api-helper");
  throw refused(
    port,
    numbers.map((errno) => getSystemErrorMessage(-Number(errno))),
  );
}

/** Returns the first line, and leaves what follows it in the socket. Returns what there is when the socket ends. */
async function firstLine(socket: Socket): Promise<string> {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) {
      if (socket.readableEnded || socket.destroyed) return bytes.toString();
      await Promise.race([once(socket, "readable"), once(socket, "end"), once(socket, "close")]);
      continue;
    }
    bytes = Buffer.concat([bytes, chunk]);
    const end = bytes.indexOf("\n");
    if (end < 0) continue;
    if (end + 1 < bytes.length) socket.unshift(bytes.subarray(end + 1));
    return bytes.subarray(0, end).toString();
  }
}

function refused(port: number, failures: readonly string[]): Error {
  const [four, six] = LOOPBACK_ADDRESSES.map(
    ({ network, shown }, at) => `dial ${network} ${shown}:${port}: connect: ${failures[at]}`,
  );
  return new Error(`failed to connect to localhost:${port}, IPv4: ${four}, IPv6: ${six}`);
}

async function connected(host: string, port: number): Promise<Socket> {
  return await new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

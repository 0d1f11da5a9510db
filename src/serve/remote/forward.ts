import { connect, isIPv6, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { finished } from "node:stream/promises";
import { getSystemErrorMessage } from "node:util";
import type { PodNetwork } from "../../model/pod-network.ts";

interface Target {
  readonly network: "tcp4" | "tcp6";
  readonly host: string;
  readonly shown: string;
}

/** The addresses of a pod on the host's network, in the order of the attempts. */
const LOOPBACK_ADDRESSES: readonly Target[] = [
  { network: "tcp4", host: "127.0.0.1", shown: "127.0.0.1" },
  { network: "tcp6", host: "::1", shown: "[::1]" },
];

/** Returns the networks on whose loopback address of the host a process of the pod listens at this port. */
export type ListenersInPod = (port: number) => Promise<readonly string[]>;

/**
 * Connects a stream with a port of the pod until both sides have ended. Throws when no program listens there. On the host's
 * network it must be a process of the pod: other listeners on the loopback are services that expect local clients.
 */
export async function forward(
  pod: PodNetwork,
  port: number,
  stream: Duplex,
  listenersInPod: ListenersInPod,
): Promise<void> {
  const socket = pod.isHost
    ? await dial(LOOPBACK_ADDRESSES, port, await listenersInPod(port))
    : await dial(pod.addresses.map(asTarget), port, ["tcp4", "tcp6"]);
  if (stream.destroyed) socket.destroy();
  // Each direction ends on its own, but an error ends both.
  stream.once("close", () => {
    if (!stream.readableEnded || !stream.writableFinished) socket.destroy();
  });
  socket.once("error", () => stream.destroy());
  stream.pipe(socket);
  socket.pipe(stream);
  await Promise.all([closed(socket), closed(stream)]);
}

function asTarget(host: string): Target {
  return isIPv6(host) ? { network: "tcp6", host, shown: `[${host}]` } : { network: "tcp4", host, shown: host };
}

async function dial(targets: readonly Target[], port: number, networks: readonly string[]): Promise<Socket> {
  const failures: string[] = [];
  for (const { network, host, shown } of targets) {
    try {
      if (!networks.includes(network)) throw new Error("connection refused: no process of the pod listens there");
      return await connected(host, port);
    } catch (error) {
      const { errno, message } = error as NodeJS.ErrnoException;
      const why = errno === undefined ? message : getSystemErrorMessage(errno);
      failures.push(`dial ${network} ${shown}:${port}: connect: ${why}`);
    }
  }
  if (targets !== LOOPBACK_ADDRESSES) throw new Error(failures.join(", "));
  throw new Error(`failed to connect to localhost:${port}, IPv4: ${failures[0]}, IPv6: ${failures[1]}`);
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

async function closed(stream: Duplex): Promise<void> {
  await finished(stream).catch(() => undefined);
}

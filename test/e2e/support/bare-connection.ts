import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { expect } from "vitest";
import { describeFrames } from "../../serve/remote/websocket/websocket-client.ts";
import type { Node } from "../../support/node.ts";
import { until } from "../../support/until.ts";

/** Opens a TLS connection to the kubelet API or the API server, with all rights. `said` returns the bytes received so far. */
export function dial(node: Node, url: string): { readonly socket: TLSSocket; readonly said: () => Buffer } {
  const { hostname, port } = new URL(url);
  const own = dirname(node.cluster.ca);
  const name = url.startsWith(node.cluster.url) ? "admin" : "kubelet-client";
  const [cert, key] = [`${own}/${name}.crt`, `${own}/${name}.key`].map((path) => readFileSync(path));
  const socket = connect({ host: hostname, port: Number(port), cert, key, rejectUnauthorized: false });
  const pieces: Buffer[] = [];
  socket.on("data", (piece: Buffer) => pieces.push(piece));
  socket.on("error", () => undefined);
  return { socket, said: () => Buffer.concat(pieces) };
}

/** Upgrades a connection. Returns the response, and by `rest` the bytes received after it. Fails unless the status is 101. */
export async function upgraded(node: Node, url: string, headers: readonly string[]) {
  const { socket, said } = dial(node, url);
  const { pathname, search } = new URL(url);
  const method = headers.includes("Upgrade: websocket") ? "GET" : "POST";
  const lines = [`${method} ${pathname}${search} HTTP/1.1`, "Host: node", "Connection: Upgrade", ...headers, "", ""];
  socket.write(lines.join("\r\n"));
  const poll = () => [said().includes("\r\n\r\n"), String(said())] as const;
  const [, answer] = await until(poll, { what: "an answer", every: 10 });
  expect(answer).toMatch(/^HTTP\/1.1 101 /);
  return { socket, answer, rest: () => said().subarray(said().indexOf("\r\n\r\n") + 4) };
}

/** The headers of a WebSocket handshake. */
export const WEBSOCKET = [
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** Waits for the close frame of a WebSocket. Returns its frames, and by `channel` the content of one channel. */
export async function channels(rest: () => Buffer, isBase64: boolean) {
  const closing = () => [describeFrames(rest()).some(([opcode]) => opcode === 8), describeFrames(rest())] as const;
  const [, frames] = await until(closing, { what: "the end" });
  const channel = (number: number) =>
    frames
      .filter(([opcode]) => opcode === (isBase64 ? 1 : 2))
      .filter(([, content]) => content.charCodeAt(0) === number + (isBase64 ? 48 : 0))
      .map(([, content]) => (isBase64 ? atob(content.slice(1)) : content.slice(1)))
      .join("");
  return { frames, channel };
}

import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Server } from "node:https";
import type { Duplex } from "node:stream";

/** The HTTP statuses and messages of Node's errors about a request. Any other error is a bad request. */
const ERRORS: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, "the request line and the headers are too large"],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "the chunk extensions of the request are too large"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "the request did not arrive in time"],
};
const BAD_REQUEST = [400, "the request is not valid HTTP"] as const;

/** The time in which a client that still sends can read the response. Closing earlier would reset the connection. */
const LINGER_MS = 1000;

/** Answers an invalid or oversized request with a metav1.Status, which kubectl prints, and closes the connection. */
export function sendClientErrors(server: Server): void {
  const responses = new WeakMap<Duplex, ServerResponse>();
  const answered = new WeakSet<Duplex>();
  server.on("request", (request, response) => responses.set(request.socket, response));
  server.on("clientError", ({ code = "" }: NodeJS.ErrnoException, socket) => {
    // Node reports the next bytes of the same request as another error.
    if (answered.has(socket)) return;
    answered.add(socket);
    // A response that has begun must not be followed by another one.
    if (!socket.writable || responses.get(socket)?.headersSent === true) {
      socket.destroy();
      return;
    }
    socket.end(errorResponse(...(ERRORS[code] ?? BAD_REQUEST)));
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  });
}

function errorResponse(code: number, message: string): string {
  const body = JSON.stringify({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, code });
  return [
    `HTTP/1.1 ${code} ${STATUS_CODES[code]}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}

import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import { HttpError } from "../../http/http-error.ts";
import type { RequestContext } from "../../http/request-context.ts";
import { headerValues } from "../negotiate.ts";

/** The GUID of the handshake (RFC 6455, 1.3). */
const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * Returns the first of the client's subprotocols that `supported` contains. "" in `supported` allows a client without one.
 * Throws HttpError.
 */
export function subprotocol({ request }: RequestContext, supported: readonly string[]): string {
  const offered = headerValues(request.headers["sec-websocket-protocol"]);
  const chosen =
    offered.length === 0 ? supported.find((each) => each === "") : offered.find((each) => supported.includes(each));
  if (chosen !== undefined) return chosen;
  const [clientProtocols, serverProtocols] = [offered, supported].map((each) => `[${each.join(" ")}]`);
  throw new HttpError(403, `requested protocol(s) are not supported: ${clientProtocols}; supports ${serverProtocols}`);
}

/** Completes the handshake and returns the connection, which carries WebSocket frames from then on. Throws HttpError. */
export function switchToWebSocket(context: RequestContext, protocol: string): Duplex {
  const { method, headers } = context.request;
  const key = headers["sec-websocket-key"] ?? "";
  if (headers["sec-websocket-version"] !== "13")
    throw new HttpError(426, "unable to upgrade: only WebSocket version 13 is supported", {
      "sec-websocket-version": "13",
    });
  if (method !== "GET" || !/^[A-Za-z0-9+/]{22}==$/.test(key))
    throw new HttpError(400, "unable to upgrade: not a WebSocket handshake");
  return context.switchProtocols({
    Upgrade: "websocket",
    "Sec-WebSocket-Accept": createHash("sha1")
      .update(key + MAGIC)
      .digest("base64"),
    ...(protocol === "" ? {} : { "Sec-WebSocket-Protocol": protocol }),
  });
}

import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import { HttpError } from "../../http/http-error.ts";
import type { RequestContext } from "../../http/request-context.ts";
import { listed } from "../negotiate.ts";

/** RFC 6455, 1.3 */
const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The first of the client's subprotocols that `known` has; "" stands for none, where that is known. Throws Refusal. */
export function subprotocol({ request }: RequestContext, known: readonly string[]): string {
  const offered = listed(request.headers["sec-websocket-protocol"]);
  const chosen =
    offered.length === 0 ? known.find((each) => each === "") : offered.find((each) => known.includes(each));
  if (chosen !== undefined) return chosen;
  const [wanted, accepted] = [offered, known].map((each) => `[${each.join(" ")}]`);
  throw new HttpError(403, `requested protocol(s) are not supported: ${wanted}; supports ${accepted}`);
}

/** Answers the client's handshake; returns the connection, on which there are WebSocket frames from now on. */
export function switchToWebSocket(exchange: RequestContext, protocol: string): Duplex {
  const { method, headers } = exchange.request;
  const key = headers["sec-websocket-key"] ?? "";
  if (headers["sec-websocket-version"] !== "13")
    throw new HttpError(426, "unable to upgrade: WebSocket version 13 is spoken here", {
      "sec-websocket-version": "13",
    });
  if (method !== "GET" || !/^[A-Za-z0-9+/]{22}==$/.test(key))
    throw new HttpError(400, "unable to upgrade: not a WebSocket handshake");
  return exchange.switchProtocols({
    Upgrade: "websocket",
    "Sec-WebSocket-Accept": createHash("sha1")
      .update(key + MAGIC)
      .digest("base64"),
    ...(protocol === "" ? {} : { "Sec-WebSocket-Protocol": protocol }),
  });
}

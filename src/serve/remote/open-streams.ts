import type { RequestContext } from "../http/request-context.ts";
import { upgradeOf } from "./negotiate.ts";
import { openSpdyCommand } from "./spdy/command.ts";
import type { RemoteStreams, StreamRequest } from "./streams.ts";
import { openWebSocketCommand } from "./websocket/command.ts";

/**
 * Leaves HTTP as the client proposes and waits for its streams. Check all that can be refused before: a Refusal becomes
 * an ordinary answer only until then. Throws Refusal when the client does not propose what is spoken here, and Gone when
 * it goes away or opens no streams.
 */
export async function openStreams(exchange: RequestContext, wanted: StreamRequest): Promise<RemoteStreams> {
  if (upgradeOf(exchange) === "websocket") return openWebSocketCommand(exchange, wanted);
  return await openSpdyCommand(exchange, wanted);
}

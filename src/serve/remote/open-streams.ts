import type { StreamRequest } from "../../model/stream-request.ts";
import type { RequestContext } from "../http/request-context.ts";
import { upgradeOf } from "./negotiate.ts";
import { openSpdyCommand } from "./spdy/command.ts";
import type { RemoteStreams } from "./streams.ts";
import { openWebSocketCommand } from "./websocket/command.ts";

/**
 * Upgrades the connection and waits for the client's streams. Callers must check the request before, because an HttpError
 * can be sent only until then. Throws HttpError for an unknown protocol, and ClientDisconnected when the client leaves or
 * opens no streams.
 */
export async function openStreams(context: RequestContext, requested: StreamRequest): Promise<RemoteStreams> {
  if (upgradeOf(context) === "websocket") return openWebSocketCommand(context, requested);
  return await openSpdyCommand(context, requested);
}

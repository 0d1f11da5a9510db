import { once } from "node:events";
import type { StreamRequest } from "../../../model/stream-request.ts";
import type { RequestContext } from "../../http/request-context.ts";
import type { ChannelStream } from "../channel-stream.ts";
import { ClientDisconnected } from "../client-disconnected.ts";
import { streamProtocol } from "../negotiate.ts";
import { RemoteCommand, type StreamType } from "../remote-command.ts";
import { messageOf, statusOf } from "../status.ts";
import type { RemoteStreams } from "../streams.ts";
import { SpdySession } from "./session.ts";

const PROTOCOLS = ["v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io"];

/**
 * The time in which a client must open its streams (apimachinery's `remotecommand/constants.go:
 * DefaultStreamCreationTimeout`).
 */
const OPEN_TIMEOUT_MS = 30_000;

/**
 * Upgrades to SPDY and waits for the streams, which the client opens. Throws HttpError before the upgrade, and
 * ClientDisconnected after it.
 */
export async function openSpdyCommand(context: RequestContext, requested: StreamRequest): Promise<RemoteStreams> {
  const protocol = streamProtocol(context.request.headers, PROTOCOLS);
  const transport = context.switchProtocols({ Upgrade: "SPDY/3.1", "X-Stream-Protocol-Version": protocol });
  const missing = typesOf(requested, /^v[34]/.test(protocol));
  const streams = new Map<StreamType, ChannelStream>();
  const opened = new AbortController();
  const session = new SpdySession(transport, (stream, headers) => {
    const type = headers.get("streamtype") as StreamType;
    if (!missing.delete(type)) return false;
    streams.set(type, stream);
    if (missing.size === 0) opened.abort();
    return true;
  });
  const timer = setTimeout(() => opened.abort(), OPEN_TIMEOUT_MS);
  await Promise.race([once(opened.signal, "abort"), once(session.gone, "abort")]);
  clearTimeout(timer);
  if (missing.size > 0) {
    await session.close();
    throw new ClientDisconnected(`the client did not open its streams: ${[...missing].join(", ")}`);
  }
  return new RemoteCommand(session, streams, protocol.startsWith("v4") ? statusOf : messageOf);
}

function typesOf({ stdin, stdout, stderr, tty }: StreamRequest, canResize: boolean): Set<StreamType> {
  const types = new Set<StreamType>(["error"]);
  if (stdin) types.add("stdin");
  if (stdout) types.add("stdout");
  if (stderr && !tty) types.add("stderr");
  if (tty && canResize) types.add("resize");
  return types;
}

import type { StreamRequest } from "../../../model/stream-request.ts";
import type { RequestContext } from "../../http/request-context.ts";
import type { ChannelStream } from "../channel-stream.ts";
import { Channels, type ContentEncoding } from "../channels.ts";
import { RemoteCommand, type StreamType } from "../remote-command.ts";
import { messageOf, statusOf } from "../status.ts";
import type { RemoteEnd, RemoteStreams } from "../streams.ts";
import { subprotocol, switchToWebSocket } from "./handshake.ts";

const RAW: ContentEncoding = { isBase64: false, canClose: false };
const BASE64: ContentEncoding = { isBase64: true, canClose: false };

interface Protocol {
  readonly encoding: ContentEncoding;
  readonly encodeEnd: (end: RemoteEnd) => string;
}

const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map([
  ["v5.channel.k8s.io", { encoding: { isBase64: false, canClose: true }, encodeEnd: statusOf }],
  ["v4.channel.k8s.io", { encoding: RAW, encodeEnd: statusOf }],
  ["v4.base64.channel.k8s.io", { encoding: BASE64, encodeEnd: statusOf }],
  ["channel.k8s.io", { encoding: RAW, encodeEnd: messageOf }],
  ["base64.channel.k8s.io", { encoding: BASE64, encodeEnd: messageOf }],
  ["", { encoding: RAW, encodeEnd: messageOf }],
]);

/** The types of streams by channel number. */
const TYPES: readonly StreamType[] = ["stdin", "stdout", "stderr", "error", "resize"];

/** Upgrades to a WebSocket, which has all streams from the start. Throws HttpError. */
export function openWebSocketCommand(context: RequestContext, requested: StreamRequest): RemoteStreams {
  const name = subprotocol(context, [...PROTOCOLS.keys()]);
  const { encoding, encodeEnd } = PROTOCOLS.get(name) ?? { encoding: RAW, encodeEnd: messageOf };
  const isRequested = { ...requested, stderr: requested.stderr && !requested.tty, error: true, resize: true };
  const types = TYPES.filter((type) => isRequested[type]);
  const numbers = types.map((type) => TYPES.indexOf(type));
  const channels = new Channels(switchToWebSocket(context, name), encoding, numbers);
  const streams = new Map<StreamType, ChannelStream>(types.map((type) => [type, channels.stream(TYPES.indexOf(type))]));
  const first = streams.get("stdout") ?? streams.get("stderr") ?? streams.get("error");
  // An empty message shows the client that it is connected. A stream would drop an empty write.
  if (first !== undefined) channels.send(first.id, Buffer.alloc(0), false, () => undefined);
  return new RemoteCommand(channels, streams, encodeEnd);
}

import type { RequestContext } from "../../http/request-context.ts";
import type { ChannelStream } from "../channel-stream.ts";
import { Channels, type ContentEncoding } from "../channels.ts";
import { RemoteCommand, type StreamType } from "../remote-command.ts";
import { messageOf, statusOf } from "../status.ts";
import type { RemoteEnd, RemoteStreams, StreamRequest } from "../streams.ts";
import { subprotocol, switchToWebSocket } from "./handshake.ts";

const RAW: ContentEncoding = { isBase64: false, canClose: false };
const BASE64: ContentEncoding = { isBase64: true, canClose: false };

interface Protocol {
  readonly coding: ContentEncoding;
  readonly say: (end: RemoteEnd) => string;
}

const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map([
  ["v5.channel.k8s.io", { coding: { isBase64: false, canClose: true }, say: statusOf }],
  ["v4.channel.k8s.io", { coding: RAW, say: statusOf }],
  ["v4.base64.channel.k8s.io", { coding: BASE64, say: statusOf }],
  ["channel.k8s.io", { coding: RAW, say: messageOf }],
  ["base64.channel.k8s.io", { coding: BASE64, say: messageOf }],
  ["", { coding: RAW, say: messageOf }],
]);

/** By number. */
const TYPES: readonly StreamType[] = ["stdin", "stdout", "stderr", "error", "resize"];

/** All streams are there from the start. Throws Refusal. */
export function openWebSocketCommand(exchange: RequestContext, wanted: StreamRequest): RemoteStreams {
  const name = subprotocol(exchange, [...PROTOCOLS.keys()]);
  const { coding, say } = PROTOCOLS.get(name) ?? { coding: RAW, say: messageOf };
  const isWanted = { ...wanted, stderr: wanted.stderr && !wanted.tty, error: true, resize: true };
  const types = TYPES.filter((type) => isWanted[type]);
  const numbers = types.map((type) => TYPES.indexOf(type));
  const channels = new Channels(switchToWebSocket(exchange, name), coding, numbers);
  const streams = new Map<StreamType, ChannelStream>(types.map((type) => [type, channels.stream(TYPES.indexOf(type))]));
  const first = streams.get("stdout") ?? streams.get("stderr") ?? streams.get("error");
  // So that the client knows that it is connected. A stream would leave an empty write out.
  if (first !== undefined) channels.send(first.id, Buffer.alloc(0), false, () => undefined);
  return new RemoteCommand(channels, streams, say);
}

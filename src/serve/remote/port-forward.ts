import { once } from "node:events";
import type { Duplex } from "node:stream";
import { finished } from "node:stream/promises";
import { isDirectory } from "../../io/files.ts";
import { listensBelow } from "../../io/host/listening-sockets.ts";
import type { ApiClient } from "../../io/kube/http.ts";
import { getPod } from "../../io/kube/one-pod.ts";
import { runningInvocation } from "../../io/systemd/invocations.ts";
import { containersOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import { podRunDir } from "../../model/paths.ts";
import { reportedNetwork } from "../../model/pod-network.ts";
import { containerUnitName, podCgroup } from "../../unitfile/names.ts";
import { HttpError } from "../http/http-error.ts";
import type { RequestTarget } from "../http/request-attributes.ts";
import type { RequestContext } from "../http/request-context.ts";
import { Channels } from "./channels.ts";
import { forward } from "./forward.ts";
import { ForwardPairs, parsePort } from "./forward-pairs.ts";
import { listed, streamProtocol, upgradeOf } from "./negotiate.ts";
import { SpdySession } from "./spdy/session.ts";
import { subprotocol, switchToWebSocket } from "./websocket/handshake.ts";
import { WebSocketTunnel } from "./websocket/tunnel.ts";

const PROTOCOL = "portforward.k8s.io";
const TUNNEL = `SPDY/3.1+${PROTOCOL}`;
const CHANNELS = ["v4.channel.k8s.io", "v4.base64.channel.k8s.io", ""];

/** Each has two channels, and their numbers are bytes. */
const MAX_PORTS = 100;

/** Connects a stream with a port of the pod; throws what the client is to read. */
type Forward = (port: number, stream: Duplex) => Promise<void>;

interface PodRef {
  readonly api: ApiClient;
  readonly node: string;
}

/** /portForward/NAMESPACE/POD[/UID]. Throws Refusal before the connection has left HTTP, and ApiError. */
export async function servePortForward(
  { api, node }: PodRef,
  { segments: [, namespace = "", name = "", uid], query }: RequestTarget,
  exchange: RequestContext,
): Promise<void> {
  const ports = isByChannels(exchange) ? portsOf(query.getAll("port")) : undefined;
  const pod = await getPod(api, node, namespace, name);
  if (pod === undefined) throw new HttpError(404, "pod does not exist");
  if (uid !== undefined && pod.metadata.uid !== uid) throw new HttpError(404, "pod not found");
  if (!isRunning(pod)) throw new HttpError(404, notFound(pod));
  const toPod: Forward = async (port, stream) => {
    try {
      // Another pod may have its port by now.
      if (!isRunning(pod)) throw new Error(notFound(pod));
      await forward(reportedNetwork(pod), port, stream, (...listener) => listensBelow(cgroupOf(pod), ...listener));
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`error forwarding port ${port} to pod ${name}, uid ${pod.metadata.uid}: ${message}`);
    }
  };
  if (ports !== undefined) await serveChannels(exchange, ports, toPod);
  else await serveSpdy(switchToSpdy(exchange), toPod);
}

/** It has processes, or will have them as soon as they may be started again. */
function isRunning({ metadata: { namespace, name, uid }, spec }: Pod): boolean {
  const containers = containersOf(spec);
  const units = containers.map((container) => containerUnitName(namespace, name, container.name));
  return isDirectory(podRunDir(uid)) && units.some((unit) => runningInvocation(unit) !== undefined);
}

/** The pod's slice, in which all of its processes are. */
function cgroupOf({ metadata: { uid }, status }: Pod): string {
  return podCgroup(uid, status?.qosClass ?? "BestEffort");
}

function notFound({ metadata: { namespace, name } }: Pod): string {
  return `pod not found (${JSON.stringify(`${name}_${namespace}`)})`;
}

function isByChannels(exchange: RequestContext): boolean {
  const offered = listed(exchange.request.headers["sec-websocket-protocol"]);
  return upgradeOf(exchange) === "websocket" && !offered.includes(TUNNEL);
}

/** Throws Refusal in the kubelet's words. */
function portsOf(texts: readonly string[]): readonly number[] {
  if (texts.length === 0) throw new HttpError(400, 'query parameter "port" is required');
  if (texts.includes("")) throw new HttpError(400, 'query parameter "port" cannot be empty');
  const ports = texts.flatMap((text) => text.split(",")).map((text) => ({ text, port: parsePort(text) }));
  const bad = ports.find(({ port }) => port === undefined);
  if (bad !== undefined) throw new HttpError(400, `unable to parse ${JSON.stringify(bad.text)} as a port`);
  if (ports.length > MAX_PORTS) throw new HttpError(400, `more than ${MAX_PORTS} ports in one request`);
  return ports.map(({ port }) => port ?? 0);
}

/** SPDY, as such or within a WebSocket. */
function switchToSpdy(exchange: RequestContext): Duplex {
  if (upgradeOf(exchange) === "websocket")
    return new WebSocketTunnel(switchToWebSocket(exchange, subprotocol(exchange, [TUNNEL])));
  const protocol = streamProtocol(exchange.request.headers, [PROTOCOL]);
  return exchange.switchProtocols({ Upgrade: "SPDY/3.1", "X-Stream-Protocol-Version": protocol });
}

async function serveSpdy(transport: Duplex, toPod: Forward): Promise<void> {
  const pairs = new ForwardPairs(toPod);
  const session = new SpdySession(transport, (stream, headers) => pairs.add(stream, headers));
  await once(session.gone, "abort");
  pairs.close();
}

/** For each port two channels, its data and its errors; both begin with the port. */
async function serveChannels(exchange: RequestContext, ports: readonly number[], toPod: Forward): Promise<void> {
  const name = subprotocol(exchange, CHANNELS);
  const coding = { isBase64: name.includes("base64"), canClose: false };
  const transport = switchToWebSocket(exchange, name);
  const channels = new Channels(transport, coding, [...Array(2 * ports.length).keys()]);
  const connections = ports.map(async (port, at) => {
    const [data, error] = [channels.stream(2 * at), channels.stream(2 * at + 1)];
    for (const stream of [data, error]) stream.write(Buffer.from([port & 0xff, port >> 8]));
    // The client cannot say that it has nothing more to send.
    data.once("finish", () => data.destroy());
    error.resume();
    await toPod(port, data).catch((failure: Error) => error.write(failure.message));
    error.end();
    await finished(error, { readable: false }).catch(() => undefined);
  });
  await Promise.all(connections);
  await channels.close();
}

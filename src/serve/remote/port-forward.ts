import { once } from "node:events";
import type { Duplex } from "node:stream";
import { finished } from "node:stream/promises";
import { askHelper } from "../../io/api-helper.ts";
import { isDirectory } from "../../io/files.ts";
import type { ApiClient } from "../../io/kube/http.ts";
import { getNodePod } from "../../io/static-pods/node-pod.ts";
import { containerUnit } from "../../io/systemd/container-unit.ts";
import { runningInvocation } from "../../io/systemd/invocations.ts";
import { containersOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { Config } from "../../model/host/config.ts";
import { podRunDir } from "../../model/paths.ts";
import { reportedNetwork } from "../../model/pod-network.ts";
import { podCgroup } from "../../unitfile/names.ts";
import { HttpError } from "../http/http-error.ts";
import type { RequestTarget } from "../http/request-attributes.ts";
import type { RequestContext } from "../http/request-context.ts";
import { Channels } from "./channels.ts";
import { dialInPod, dialOnHost } from "./dial-pod.ts";
import { forward } from "./forward.ts";
import { ForwardPairs, parsePort } from "./forward-pairs.ts";
import { headerValues, streamProtocol, upgradeOf } from "./negotiate.ts";
import { SpdySession } from "./spdy/session.ts";
import { subprotocol, switchToWebSocket } from "./websocket/handshake.ts";
import { WebSocketTunnel } from "./websocket/tunnel.ts";

const PROTOCOL = "portforward.k8s.io";
const TUNNEL = `SPDY/3.1+${PROTOCOL}`;
const CHANNELS = ["v4.channel.k8s.io", "v4.base64.channel.k8s.io", ""];

/** The number of ports in one request: each has two channels, and a channel number is one byte. */
const MAX_PORTS = 100;

/** Connects a stream with a port of the pod. Its error messages are sent to the client. */
type Forward = (port: number, stream: Duplex) => Promise<void>;

interface PodRef {
  readonly api: ApiClient;
  readonly node: string;
  readonly config: Pick<Config, "portForward" | "podNetwork">;
}

/** Serves /portForward/NAMESPACE/POD[/UID]. Throws HttpError before the upgrade, and ApiError. */
export async function servePortForward(
  { api, node, config }: PodRef,
  { segments: [, namespace = "", name = "", uid], query }: RequestTarget,
  context: RequestContext,
): Promise<void> {
  const ports = usesChannels(context) ? portsOf(query.getAll("port")) : undefined;
  const pod = await getNodePod(api, node, namespace, name);
  if (pod === undefined) throw new HttpError(404, "pod does not exist");
  if (uid !== undefined && pod.metadata.uid !== uid) throw new HttpError(404, "pod not found");
  if (!isRunning(pod)) throw new HttpError(404, notFound(pod));
  const toPod: Forward = async (port, stream) => {
    try {
      // The pod may have ended, and another pod may listen on its port.
      if (!isRunning(pod)) throw new Error(notFound(pod));
      if (config.portForward === "declared" && !declaresPort(pod, port)) throw new Error(undeclared(port));
      const listeners = () => askHelper(`listens ${cgroupOf(pod)} ${port}`);
      const isOnHost = reportedNetwork(pod, config).isHost;
      const socket = isOnHost ? await dialOnHost(port, listeners) : await dialInPod(pod.metadata.uid, port);
      await forward(socket, stream);
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`error forwarding port ${port} to pod ${name}, uid ${pod.metadata.uid}: ${message}`);
    }
  };
  if (ports !== undefined) await serveChannels(context, ports, toPod);
  else await serveSpdy(switchToSpdy(context), toPod);
}

/** True when a container of the pod declares the port. port-forward is TCP only, so ports of other protocols do not count. */
function declaresPort({ spec }: Pod, port: number): boolean {
  const ports = containersOf(spec).flatMap((container) => container.ports ?? []);
  return ports.some(({ containerPort, protocol = "TCP" }) => containerPort === port && protocol === "TCP");
}

function undeclared(port: number): string {
  return `no container of the pod has containerPort ${port}: declare it, or set portForward = any in /etc/unitlet/unitlet.conf of the node`;
}

/** True when a unit of the pod is active, also one that waits for a restart. */
function isRunning(pod: Pod): boolean {
  const containers = containersOf(pod.spec);
  const units = containers.map((container) => containerUnit(pod, container));
  return isDirectory(podRunDir(pod.metadata.uid)) && units.some((unit) => runningInvocation(unit) !== undefined);
}

/** The pod's slice, in which all of its processes are. */
function cgroupOf({ metadata: { uid }, status }: Pod): string {
  return podCgroup(uid, status?.qosClass ?? "BestEffort");
}

function notFound({ metadata: { namespace, name } }: Pod): string {
  return `pod not found (${JSON.stringify(`${name}_${namespace}`)})`;
}

function usesChannels(context: RequestContext): boolean {
  const offered = headerValues(context.request.headers["sec-websocket-protocol"]);
  return upgradeOf(context) === "websocket" && !offered.includes(TUNNEL);
}

/** Returns the ports of a request. Throws HttpError. */
function portsOf(texts: readonly string[]): readonly number[] {
  if (texts.length === 0) throw new HttpError(400, 'query parameter "port" is required');
  if (texts.includes("")) throw new HttpError(400, 'query parameter "port" cannot be empty');
  const ports = texts.flatMap((text) => text.split(",")).map((text) => ({ text, port: parsePort(text) }));
  const bad = ports.find(({ port }) => port === undefined);
  if (bad !== undefined) throw new HttpError(400, `unable to parse ${JSON.stringify(bad.text)} as a port`);
  if (ports.length > MAX_PORTS) throw new HttpError(400, `more than ${MAX_PORTS} ports in one request`);
  return ports.map(({ port }) => port ?? 0);
}

/** Upgrades to SPDY, directly or tunnelled through a WebSocket. */
function switchToSpdy(context: RequestContext): Duplex {
  if (upgradeOf(context) === "websocket")
    return new WebSocketTunnel(switchToWebSocket(context, subprotocol(context, [TUNNEL])));
  const protocol = streamProtocol(context.request.headers, [PROTOCOL]);
  return context.switchProtocols({ Upgrade: "SPDY/3.1", "X-Stream-Protocol-Version": protocol });
}

async function serveSpdy(transport: Duplex, toPod: Forward): Promise<void> {
  const pairs = new ForwardPairs(toPod);
  const session = new SpdySession(transport, (stream, headers) => pairs.add(stream, headers));
  await once(session.gone, "abort");
  pairs.close();
}

/** Serves each port with two channels, for data and for errors. Both begin with the port number. */
async function serveChannels(context: RequestContext, ports: readonly number[], toPod: Forward): Promise<void> {
  const name = subprotocol(context, CHANNELS);
  const encoding = { isBase64: name.includes("base64"), canClose: false };
  const transport = switchToWebSocket(context, name);
  const channels = new Channels(transport, encoding, [...Array(2 * ports.length).keys()]);
  const connections = ports.map(async (port, at) => {
    const [data, error] = [channels.stream(2 * at), channels.stream(2 * at + 1)];
    for (const stream of [data, error]) stream.write(Buffer.from([port & 0xff, port >> 8]));
    // The protocol has no message for the end of the client's data.
    data.once("finish", () => data.destroy());
    error.resume();
    await toPod(port, data).catch((failure: Error) => error.write(failure.message));
    error.end();
    await finished(error, { readable: false }).catch(() => undefined);
  });
  await Promise.all(connections);
  await channels.close();
}

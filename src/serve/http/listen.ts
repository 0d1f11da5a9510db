import { constants } from "node:crypto";
import { type IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { ConnectionLimits } from "./connection-limits.ts";
import { RequestContext } from "./request-context.ts";

/** What one client may cost, in bytes and milliseconds. */
const LIMITS = {
  maxHeaderSize: 16 * 1024,
  handshakeTimeout: 10_000,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2000,
  keepAliveTimeout: 1000,
};
const MAX_CONNECTIONS = 750;

/** systemd hands over its sockets from this number on. */
const FIRST_DESCRIPTOR = 3;

/** How many sockets systemd has handed to this very process. */
export function handedSockets(environment: NodeJS.ProcessEnv, pid: number): number {
  return environment.LISTEN_PID === String(pid) ? Number(environment.LISTEN_FDS ?? 0) : 0;
}

export interface Tls {
  /** PEM. */
  readonly pair: { readonly certificate: string; readonly key: string };
  /** PEM; undefined: no client certificate is let in. */
  readonly clientCA?: string;
}

/** Serves HTTP/1.1 on each of the sockets. A certificate that no known authority has signed is as good as none. */
export async function listen(
  sockets: number,
  { pair, clientCA }: Tls,
  answer: (exchange: RequestContext) => void,
): Promise<readonly Server[]> {
  // Without an authority of its own TLS would trust all those of the web.
  const clients = clientCA === undefined ? {} : { ca: clientCA, requestCert: true, rejectUnauthorized: false };
  const options = {
    cert: pair.certificate,
    key: pair.key,
    minVersion: "TLSv1.2" as const,
    // Node takes a resumed session without a certificate for an authorized one.
    secureOptions: constants.SSL_OP_NO_TICKET,
    // Elsewhere it is a wish that nobody has to grant.
    shouldUpgradeCallback: ({ url = "" }: IncomingMessage) => /^\/(exec|attach|portForward)\//.test(url),
    ...clients,
    ...LIMITS,
  };
  const servers = Array.from({ length: sockets }, () => serve(createServer(options), answer));
  const listening = servers.map(async (server, at) => {
    server.maxConnections = MAX_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen({ fd: FIRST_DESCRIPTOR + at }, resolve);
    });
  });
  await Promise.all(listening);
  return servers;
}

/** Passes on requests and upgrades alike, so that a rejected upgrade gets an ordinary HTTP response. */
function serve(server: Server, answer: (exchange: RequestContext) => void): Server {
  const authenticated = limitConnections(server);
  server.on("request", (request, response) => {
    const exchange = new RequestContext(request, response);
    exchange.onAuthenticated = () => authenticated(request.socket);
    answer(exchange);
  });
  server.on("upgrade", (request, socket, head) => {
    // From here on nobody else listens.
    socket.on("error", () => undefined);
    const response = new ServerResponse(request);
    response.assignSocket(socket as Socket);
    response.once("finish", () => (socket as Socket).destroySoon());
    const exchange = new RequestContext(request, response, head);
    exchange.onAuthenticated = () => authenticated(request.socket);
    answer(exchange);
  });
  return server;
}

/** Returns what to call with the TLS connection of a client that has shown a valid certificate or token. */
function limitConnections(server: Server): (connection: Socket) => void {
  const limits = new ConnectionLimits();
  // node:tls does not name the connection below its own: the client's address and port do.
  const raw = new Map<string, Socket>();
  const keyOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;
  server.on("connection", (socket: Socket) => {
    const key = keyOf(socket);
    raw.set(key, socket);
    socket.once("close", () => raw.delete(key));
    limits.add(socket);
  });
  const authenticated = (connection: Socket) => {
    const socket = raw.get(keyOf(connection));
    if (socket !== undefined) limits.authenticated(socket);
  };
  server.on("secureConnection", (connection: TLSSocket) => {
    if (connection.authorized) authenticated(connection);
  });
  return authenticated;
}

/** Calls `leave` when there has been no connection for so long. */
export function onIdle(servers: readonly Server[], idle: number, leave: () => void): void {
  let open = 0;
  let timer = setTimeout(leave, idle);
  for (const server of servers)
    server.on("connection", (socket) => {
      open += 1;
      clearTimeout(timer);
      socket.once("close", () => {
        open -= 1;
        if (open === 0) timer = setTimeout(leave, idle);
      });
    });
}

import { constants } from "node:crypto";
import { type IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { sendClientErrors } from "./client-error.ts";
import { ConnectionLimits } from "./connection-limits.ts";
import { RequestContext } from "./request-context.ts";

/**
 * The largest request line with its headers. A client with a certificate, such as the API server, gets what Go's servers accept
 * (`net/http: DefaultMaxHeaderBytes`): the words of `kubectl exec` are in the request line. Others must not fill the memory.
 */
const MAX_HEADER_BYTES = 1024 * 1024;
const MAX_UNKNOWN_HEADER_BYTES = 64 * 1024;

/** The limits of one client, in bytes and milliseconds. */
const LIMITS = {
  maxHeaderSize: MAX_UNKNOWN_HEADER_BYTES,
  handshakeTimeout: 10_000,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2000,
  keepAliveTimeout: 1000,
};
const MAX_CONNECTIONS = 750;

/** The number of the first descriptor that systemd passes (sd_listen_fds(3)). */
const FIRST_DESCRIPTOR = 3;

/** Returns how many sockets systemd has passed to this process (sd_listen_fds(3)). */
export function handedSockets(environment: NodeJS.ProcessEnv, pid: number): number {
  return environment.LISTEN_PID === String(pid) ? Number(environment.LISTEN_FDS ?? 0) : 0;
}

/** The TLS credentials of the port. */
export interface Tls {
  /** The serving key pair, as PEM. */
  readonly pair: { readonly certificate: string; readonly key: string };
  /** The CA of client certificates, as PEM. Without it no client certificate is accepted. */
  readonly clientCA?: string;
}

export interface PortHandlers {
  /** Handles a request. */
  readonly handle: (context: RequestContext) => void;
  /** Called for each connection before its TLS handshake, which waits for the promise. It must not reject. */
  readonly refresh: () => Promise<void> | undefined;
}

export interface Port {
  readonly servers: readonly Server[];
  /** Sets the credentials of the connections from now on. Throws when they cannot be used, and changes nothing then. */
  readonly setTls: (tls: Tls) => void;
}

/** Serves HTTP/1.1 on the sockets. A client certificate of an unknown CA is ignored. Throws when a socket cannot be used. */
export async function listen(sockets: number, tls: Tls, handlers: PortHandlers): Promise<Port> {
  const options = {
    ...tlsOptions(tls),
    requestCert: true,
    rejectUnauthorized: false,
    // Other endpoints ignore the Upgrade header, which HTTP allows.
    shouldUpgradeCallback: ({ url = "" }: IncomingMessage) => /^\/(exec|attach|portForward)\//.test(url),
    ...LIMITS,
  };
  const servers = Array.from({ length: sockets }, () => serve(createServer(options), handlers));
  const listening = servers.map(async (server, at) => {
    server.maxConnections = MAX_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen({ fd: FIRST_DESCRIPTOR + at }, resolve);
    });
  });
  await Promise.all(listening);
  const setTls = (changed: Tls) => {
    for (const server of servers) server.setSecureContext(tlsOptions(changed));
  };
  return { servers, setTls };
}

function tlsOptions({ pair, clientCA }: Tls) {
  return {
    cert: pair.certificate,
    key: pair.key,
    // Without `ca`, Node would trust the public CAs.
    ca: clientCA ?? [],
    minVersion: "TLSv1.2" as const,
    // Node reports a resumed session without a certificate as authorized.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}

/** Passes on requests and upgrades alike, so that a rejected upgrade gets an ordinary HTTP response. */
function serve(server: Server, { handle, refresh }: PortHandlers): Server {
  acceptAfter(server, refresh);
  const authenticated = limitConnections(server);
  limitHeaders(server);
  sendClientErrors(server);
  server.on("request", (request, response) => {
    const context = new RequestContext(request, response);
    context.onAuthenticated = () => authenticated(request.socket);
    handle(context);
  });
  server.on("upgrade", (request, socket, head) => {
    // Node removes its own listener for errors when it emits "upgrade".
    socket.on("error", () => undefined);
    const response = new ServerResponse(request);
    response.assignSocket(socket as Socket);
    response.once("finish", () => (socket as Socket).destroySoon());
    const context = new RequestContext(request, response, head);
    context.onAuthenticated = () => authenticated(request.socket);
    handle(context);
  });
  return server;
}

/** Lets the connections of a server wait for `refresh`. Node's own listener begins the TLS handshake. */
function acceptAfter(server: Server, refresh: PortHandlers["refresh"]): void {
  const accept = server.listeners("connection") as ((socket: Socket) => void)[];
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    const start = () => {
      for (const each of accept) if (!socket.destroyed) each.call(server, socket);
    };
    const refreshed = refresh();
    if (refreshed === undefined) start();
    else {
      // Node has no listener for errors before the handshake.
      socket.on("error", () => undefined);
      void refreshed.then(start);
    }
  });
}

/** Sets the size for each connection before Node creates its parser, which reads the property of the server. */
function limitHeaders(server: Server): void {
  server.prependListener("secureConnection", ({ authorized }: TLSSocket) => {
    Object.assign(server, { maxHeaderSize: authorized ? MAX_HEADER_BYTES : MAX_UNKNOWN_HEADER_BYTES });
  });
}

/** Returns a function to call with the TLS connection of a client that has shown a valid certificate or token. */
function limitConnections(server: Server): (connection: Socket) => void {
  const limits = new ConnectionLimits();
  // node:tls does not give access to the TCP connection, so it is found by the client's address and port.
  const tcpSockets = new Map<string, Socket>();
  const keyOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;
  server.on("connection", (socket: Socket) => {
    const key = keyOf(socket);
    tcpSockets.set(key, socket);
    socket.once("close", () => tcpSockets.delete(key));
    limits.add(socket);
  });
  const authenticated = (connection: Socket) => {
    const socket = tcpSockets.get(keyOf(connection));
    if (socket !== undefined) limits.authenticated(socket);
  };
  server.on("secureConnection", (connection: TLSSocket) => {
    if (connection.authorized) authenticated(connection);
  });
  return authenticated;
}

/** Calls `onTimeout` when there has been no connection for `idle()` milliseconds. */
export function onIdle(servers: readonly Server[], idle: () => number, onTimeout: () => void): void {
  let open = 0;
  let timer = setTimeout(onTimeout, idle());
  for (const server of servers)
    server.on("connection", (socket) => {
      open += 1;
      clearTimeout(timer);
      socket.once("close", () => {
        open -= 1;
        if (open === 0) timer = setTimeout(onTimeout, idle());
      });
    });
}

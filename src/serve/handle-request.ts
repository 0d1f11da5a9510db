import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { ApiError } from "../io/kube/api-error.ts";
import { reviewAccess, reviewToken, type UserInfo } from "../io/kube/reviews.ts";
import type { Log } from "../log.ts";
import { bearerToken, type Subject, userOfCertificate, userOfToken } from "./auth/authenticate.ts";
import { authorize } from "./auth/authorize.ts";
import { HttpError } from "./http/http-error.ts";
import { parseTarget, requestAttributes } from "./http/request-attributes.ts";
import type { RequestContext } from "./http/request-context.ts";
import { ClientDisconnected } from "./remote/client-disconnected.ts";
import { ProtocolError } from "./remote/protocol-error.ts";
import { route, send } from "./route.ts";
import type { ServerContext } from "./server-context.ts";

/** The seconds after which the client may try again. */
const RETRY = { "Retry-After": "1" };

/** Handles one request: authenticates and authorizes it, and serves the endpoint. Never throws. */
export async function handleRequest(server: ServerContext, context: RequestContext): Promise<void> {
  const { request, response } = context;
  // The process ends when it is idle, so connections are not kept open for further requests.
  response.shouldKeepAlive = false;
  try {
    // Node's parser accepts HTTP/0.9, which has no version in its request line.
    if (request.httpVersionMajor < 1) throw new HttpError(400, "400 Bad Request");
    const user = await authenticate(server, request);
    context.onAuthenticated();
    const target = parseTarget(request.url ?? "");
    if (target === undefined) throw new HttpError(400, "400 Bad Request");
    const accesses = requestAttributes(request.method ?? "", target.segments);
    await authorize(user, accesses, server.cache, (...attributes) =>
      reviewAccess(server.api, server.node, ...attributes),
    );
    await route(server, target, context);
  } catch (error) {
    sendError(error as Error, context, server.log);
  }
  const { broken } = context;
  if (broken instanceof ProtocolError) server.log.notice("a client violated the protocol", { because: broken.message });
  else if (broken) server.log.error("a connection failed", { because: broken.message, stack: broken.stack });
}

async function authenticate({ api, cache, reviews }: ServerContext, request: IncomingMessage): Promise<UserInfo> {
  const socket = request.socket as TLSSocket;
  const subject = socket.authorized ? socket.getPeerCertificate().subject : undefined;
  const certificateUser = subject && userOfCertificate(subject as unknown as Subject);
  if (certificateUser !== undefined) return certificateUser;
  const token = bearerToken(request.headers.authorization);
  const review = async (each: string) => {
    if (!reviews.take(socket.remoteAddress ?? "")) throw new HttpError(429, "too many unknown tokens", RETRY);
    return await reviewToken(api, each);
  };
  const user = token === undefined ? undefined : await userOfToken(token, cache, review);
  if (user === undefined) throw new HttpError(401, "Unauthorized");
  return user;
}

function sendError(error: Error, context: RequestContext, log: Log): void {
  const { response } = context;
  if (context.hasSwitched) {
    if (!(error instanceof ClientDisconnected))
      log.error("a stream failed", { because: error.message, stack: error.stack });
    context.destroy();
    return;
  }
  // A response that has begun can only be marked as incomplete by closing the connection.
  if (response.destroyed) return;
  if (response.headersSent) {
    log.error("a response is incomplete", { because: error.message });
    response.destroy();
  } else if (error instanceof HttpError) {
    for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
    send(response, error.status, error.message);
  } else if (error instanceof ApiError) send(response, 503, error.message);
  else {
    log.error("a request failed", { because: error.message, stack: error.stack });
    send(response, 500, error.message);
  }
}

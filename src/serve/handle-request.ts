import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { ApiError } from "../io/kube/http.ts";
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

/** Seconds. */
const RETRY = { "Retry-After": "1" };

/** One request, from who asks to the last byte. Never throws. */
export async function handleRequest(serving: ServerContext, exchange: RequestContext): Promise<void> {
  const { request, response } = exchange;
  // Nobody waits for the next request on a connection of a process that is about to end.
  response.shouldKeepAlive = false;
  try {
    const user = await authenticate(serving, request);
    exchange.onAuthenticated();
    const target = parseTarget(request.url ?? "");
    if (target === undefined) throw new HttpError(400, "400 Bad Request");
    const accesses = requestAttributes(request.method ?? "", target.segments);
    await authorize(user, accesses, serving.memory, (...asked) => reviewAccess(serving.api, serving.node, ...asked));
    await route(serving, target, exchange);
  } catch (error) {
    refuse(error as Error, exchange, serving.log);
  }
  const { broken } = exchange;
  if (broken instanceof ProtocolError) serving.log.notice("a client broke its protocol", { because: broken.message });
  else if (broken) serving.log.error("a connection broke off", { because: broken.message, stack: broken.stack });
}

async function authenticate({ api, memory, reviews }: ServerContext, request: IncomingMessage): Promise<UserInfo> {
  const socket = request.socket as TLSSocket;
  const subject = socket.authorized ? socket.getPeerCertificate().subject : undefined;
  const certified = subject && userOfCertificate(subject as unknown as Subject);
  if (certified !== undefined) return certified;
  const token = bearerToken(request.headers.authorization);
  const review = async (each: string) => {
    if (!reviews.take(socket.remoteAddress ?? "")) throw new HttpError(429, "too many unknown tokens", RETRY);
    return await reviewToken(api, each);
  };
  const user = token === undefined ? undefined : await userOfToken(token, memory, review);
  if (user === undefined) throw new HttpError(401, "Unauthorized");
  return user;
}

function refuse(error: Error, exchange: RequestContext, log: Log): void {
  const { response } = exchange;
  if (exchange.hasSwitched) {
    if (!(error instanceof ClientDisconnected))
      log.error("streams broke off", { because: error.message, stack: error.stack });
    exchange.destroy();
    return;
  }
  // The client went away, or the answer has begun: only a broken connection can still say that it is not whole.
  if (response.destroyed) return;
  if (response.headersSent) {
    log.error("an answer broke off", { because: error.message });
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

import type { IncomingMessage, ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import { readNodeUsage, readUnitUsage } from "../io/cgroups.ts";
import { type ApiClient, ApiError } from "../io/http.ts";
import type { Kube } from "../io/kube.ts";
import { reviewAccess, reviewToken, type User } from "../io/reviews.ts";
import type { Log } from "../log.ts";
import { bearerToken, type Subject, userOfCertificate, userOfToken } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { health } from "./health.ts";
import type { ContainerLogs } from "./logs.ts";
import type { Memory } from "./memory.ts";
import { Refusal } from "./refusal.ts";
import { resourceMetrics } from "./resource-metrics.ts";
import { accessesOf, parseTarget, type Target } from "./target.ts";

export interface Serving {
  readonly node: string;
  readonly api: ApiClient;
  readonly kube: Kube;
  readonly memory: Memory;
  readonly logs: ContainerLogs;
  readonly log: Log;
}

const NOT_FOUND = new Refusal(404, "404 page not found\n");

/** One request, from who asks to the last byte. Never throws. */
export async function answer(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Nobody waits for the next request on a connection of a process that is about to end.
  response.shouldKeepAlive = false;
  try {
    const user = await authenticate(serving, request);
    const target = parseTarget(request.url ?? "");
    if (target === undefined) throw new Refusal(400, "400 Bad Request");
    const accesses = accessesOf(request.method ?? "", target.segments);
    await authorize(user, accesses, serving.memory, (...asked) => reviewAccess(serving.api, serving.node, ...asked));
    await route(serving, target, request, response);
  } catch (error) {
    refuse(error as Error, response, serving.log);
  }
}

async function authenticate({ api, memory }: Serving, request: IncomingMessage): Promise<User> {
  const socket = request.socket as TLSSocket;
  const subject = socket.authorized ? socket.getPeerCertificate().subject : undefined;
  const certified = subject && userOfCertificate(subject as unknown as Subject);
  if (certified !== undefined) return certified;
  const token = bearerToken(request.headers.authorization);
  const user = token === undefined ? undefined : await userOfToken(token, memory, (each) => reviewToken(api, each));
  if (user === undefined) throw new Refusal(401, "Unauthorized");
  return user;
}

async function route(
  serving: Serving,
  target: Target,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [first = "", ...others] = target.segments;
  if (!["healthz", "pods", "containerLogs", "metrics"].includes(first)) throw NOT_FOUND;
  if (request.method !== "GET") {
    response.setHeader("allow", "GET");
    throw new Refusal(405, "405: Method Not Allowed");
  }
  if (first === "containerLogs" && others.length === 3) return await serving.logs.serve(others, target.query, response);
  if (first === "pods" && others.length === 0) {
    response.setHeader("content-type", "application/json");
    response.end(await serving.kube.listPods());
    return;
  }
  if (first === "metrics" && others.join("/") === "resource") {
    response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8");
    response.end(resourceMetrics(readNodeUsage(), readUnitUsage(), Date.now()));
    return;
  }
  const state = first === "healthz" && others.length < 2 ? health(others[0], Date.now()) : undefined;
  if (state === undefined) throw NOT_FOUND;
  send(response, state.status, state.text);
}

function refuse(error: Error, response: ServerResponse, log: Log): void {
  // The client went away, or the answer has begun: only a broken connection can still say that it is not whole.
  if (response.destroyed) return;
  if (response.headersSent) {
    log.error("an answer broke off", { because: error.message });
    response.destroy();
  } else if (error instanceof Refusal) send(response, error.status, error.message);
  else if (error instanceof ApiError) send(response, 503, error.message);
  else {
    log.error("a request failed", { because: error.message, stack: error.stack });
    send(response, 500, error.message);
  }
}

function send(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.setHeader("x-content-type-options", "nosniff");
  response.end(text);
}

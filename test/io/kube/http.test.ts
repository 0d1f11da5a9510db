import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ignoreNotFound } from "../../../src/io/kube/api-error.ts";
import { errorOf, get, keyPairOf, LoopbackApi } from "./loopback-api.ts";

const HOUR_MS = 3_600_000;

let api: LoopbackApi;

beforeEach(async () => {
  api = await LoopbackApi.start();
});

afterEach(() => api[Symbol.asyncDispose]());

describe("a request", () => {
  test("carries the credentials, and its body as the patch type that is asked for", async () => {
    api.answer = (_, response) => response.end(JSON.stringify({ kind: "Pod" }));
    const client = api.connect({ server: `${api.url}/proxy/`, token: { data: "secret\n" }, ...keyPairOf("kubelet") });
    const body = { status: { phase: "Ünïcode" } };
    const call = {
      method: "PATCH",
      path: "/api/v1/pods?x=1",
      body,
      contentType: "application/merge-patch+json",
    } as const;
    expect(await client.json(call)).toEqual({ kind: "Pod" });
    const { request, body: sent, user } = api.requests[0] ?? expect.unreachable();
    expect([request.method, request.url, sent, user]).toEqual([
      ...["PATCH", "/proxy/api/v1/pods?x=1", JSON.stringify(body), "kubelet"],
    ]);
    expect(request.headers).toMatchObject({
      "user-agent": "unitlet",
      accept: "application/json",
      "accept-encoding": "gzip",
      authorization: "Bearer secret",
      "content-type": "application/merge-patch+json",
      "content-length": String(Buffer.byteLength(JSON.stringify(body))),
    });
  });

  test("shares a connection with the one before it", async () => {
    const client = api.connect();
    for (let count = 0; count < 3; count += 1) await get(client);
    expect(new Set(api.requests.map(({ request }) => request.socket.remotePort)).size).toBe(1);
  });

  test("takes an answer that is packed", async () => {
    api.answer = (_, response) => response.setHeader("content-encoding", "gzip").end(gzipSync('{"items":[]}'));
    expect(await get(api.connect())).toEqual({ items: [] });
  });
});

describe("an error", () => {
  test("has the API server's status, reason and message, without the query", async () => {
    const status = { kind: "Status", reason: "Forbidden", message: "pods is forbidden" };
    api.answer = (_, response) => response.writeHead(403).end(JSON.stringify(status));
    expect(await errorOf(get(api.connect(), "/api/v1/pods?fieldSelector=x"))).toEqual({
      message: "GET /api/v1/pods: 403 pods is forbidden",
      status: 403,
      reason: "Forbidden",
    });
  });

  test("has the beginning of an answer that is no Status", async () => {
    api.answer = (_, response) => response.writeHead(502).end(`<html>\n${"bad gateway ".repeat(100)}`);
    const { message, ...rest } = await errorOf(get(api.connect()));
    expect(rest).toEqual({ status: 502, reason: "" });
    expect(message).toMatch(/^GET \/version: 502 <html> bad gateway [a-z ]{100,200}$/);
  });

  test.each([
    ["no JSON", (response: ServerResponse) => response.end("<html>"), "NotJSON", /: the response is not JSON$/],
    [
      "half of what its length says",
      (response: ServerResponse) =>
        response.writeHead(200, { "content-length": 100 }).write("{", () => response.destroy()),
      "Unreachable",
      /: 127\.0\.0\.1:PORT did not answer: /,
    ],
    [
      "packed, and damaged",
      (response: ServerResponse) => response.setHeader("content-encoding", "gzip").end("no gzip"),
      "Unreachable",
      /did not answer: incorrect header check$/,
    ],
  ])("of an answer that is %s", async (_, send, reason, message) => {
    api.answer = (_request, response) => void send(response);
    expect(await errorOf(get(api.connect()))).toEqual({ message: expect.stringMatching(message), status: 0, reason });
  });

  test("of an API server that is not there names it", async () => {
    const client = api.connect();
    await api[Symbol.asyncDispose]();
    const { message, ...rest } = await errorOf(get(client));
    expect(rest).toEqual({ status: 0, reason: "Unreachable" });
    expect(message).toMatch(/^GET \/version: 127\.0\.0\.1:PORT did not answer: connect ECONNREFUSED/);
  });

  test("is undefined where an object may be missing, and nothing else is", async () => {
    api.answer = (request, response) => response.writeHead(request.url === "/gone" ? 404 : 500).end();
    expect(await ignoreNotFound(get(api.connect(), "/gone"))).toBeUndefined();
    expect(await errorOf(ignoreNotFound(get(api.connect(), "/broken")))).toMatchObject({ status: 500 });
  });
});

describe("a time limit", () => {
  test("is one for the whole answer, however steadily it trickles in", async () => {
    let trickle: NodeJS.Timeout | undefined;
    api.answer = (_, response) => {
      response.writeHead(200);
      trickle = setInterval(() => response.write(" "), 10);
    };
    const { message, ...rest } = await errorOf(get(api.connect({}, 200)));
    clearInterval(trickle);
    expect(rest).toEqual({ status: 0, reason: "Unreachable" });
    expect(message).toMatch(/did not answer: no complete answer within 200 ms$/);
  });

  test("is what is left of the run, if that is less", async () => {
    api.answer = () => undefined;
    const { message } = await errorOf(get(api.connect({}, HOUR_MS, Date.now() - 1000)));
    expect(message).toMatch(/did not answer: no complete answer within 1 ms$/);
  });
});

test("the API server's clock is compared with ours", async () => {
  const client = api.connect();
  expect(client.clockSkew()).toBeUndefined();
  api.answer = (_, response) => response.setHeader("date", new Date(Date.now() + HOUR_MS).toUTCString()).end("{}");
  const before = Date.now();
  await get(client);
  const elapsed = Date.now() - before;
  // The header has whole seconds.
  expect(client.clockSkew()).toBeGreaterThan(HOUR_MS - 1001 - elapsed);
  expect(client.clockSkew()).toBeLessThanOrEqual(HOUR_MS);
  api.answer = (_, response) => response.setHeader("date", "yesterday").end("{}");
  await get(client);
  expect(client.clockSkew()).toBeUndefined();
});

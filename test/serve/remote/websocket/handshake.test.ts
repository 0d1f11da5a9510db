import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { HttpError } from "../../../../src/serve/http/http-error.ts";
import { RequestContext } from "../../../../src/serve/http/request-context.ts";
import { headerValues, streamProtocol, upgradeOf } from "../../../../src/serve/remote/negotiate.ts";
import { subprotocol, switchToWebSocket } from "../../../../src/serve/remote/websocket/handshake.ts";

function asked(headers: Readonly<Record<string, string>>, method = "GET"): RequestContext {
  return new RequestContext({ method, headers } as unknown as IncomingMessage, {} as ServerResponse, Buffer.alloc(0));
}

function refusal(action: () => unknown): [number, string] | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return [error.status, error.message];
  }
}

describe("what a client wants to speak", () => {
  test.each([
    [{ connection: "Upgrade", upgrade: "SPDY/3.1" }, "spdy"],
    [{ connection: "keep-alive, upgrade", upgrade: "spdy/3.1" }, "spdy"],
    [{ connection: "Upgrade", upgrade: "WebSocket" }, "websocket"],
  ])("%j", (headers, expected) => {
    expect(upgradeOf(asked(headers))).toBe(expected);
  });

  test.each([
    [{}, "Upgrade request required"],
    [{ upgrade: "SPDY/3.1" }, "Upgrade request required"],
    [{ connection: "Upgrade", upgrade: "h2c" }, "unable to upgrade: missing upgrade headers in request"],
    [{ connection: "Upgrade" }, "unable to upgrade: missing upgrade headers in request"],
  ])("refuses %j", (headers, text) => {
    expect(refusal(() => upgradeOf(asked(headers)))).toEqual([400, text]);
  });

  test("refuses one whose request the server has not taken for that", () => {
    const request = { headers: { connection: "Upgrade", upgrade: "SPDY/3.1" } } as unknown as IncomingMessage;
    expect(refusal(() => upgradeOf(new RequestContext(request, {} as ServerResponse)))?.[0]).toBe(400);
  });
});

test("the client's order decides which version is spoken", () => {
  const headers = { "x-stream-protocol-version": "v9.x, v3.x,v4.x" };
  expect(streamProtocol(headers, ["v4.x", "v3.x"])).toBe("v3.x");
});

test("with none in common, the client gets the list of supported ones", () => {
  const text =
    "unable to upgrade: unable to negotiate protocol: client supports [v9.x v8.x], server accepts [v4.x v3.x]";
  const ask = () => streamProtocol({ "x-stream-protocol-version": "v9.x, v8.x" }, ["v4.x", "v3.x"]);
  expect(refusal(ask)).toEqual([403, text]);
});

describe("subprotocols of a WebSocket", () => {
  const choose = (offered: string | undefined, known: readonly string[]) =>
    subprotocol(asked(offered === undefined ? {} : { "sec-websocket-protocol": offered }), known);

  test.each([
    ["v5.x, v4.x", ["v4.x"], "v4.x"],
    [undefined, ["v4.x", ""], ""],
  ])("%j of %j", (offered, known, chosen) => {
    expect(choose(offered, known)).toBe(chosen);
  });

  test.each([
    ["v5.x", ["v4.x", ""], "requested protocol(s) are not supported: [v5.x]; supports [v4.x ]"],
    [undefined, ["v4.x"], "requested protocol(s) are not supported: []; supports [v4.x]"],
  ])("%j is none of %j", (offered, known, text) => {
    expect(refusal(() => choose(offered, known))).toEqual([403, text]);
  });
});

describe("refuses a handshake", () => {
  const good = { "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" };
  test.each([
    ["of an old version", { ...good, "sec-websocket-version": "8" }, "GET", 426],
    ["without a key", { "sec-websocket-version": "13" }, "GET", 400],
    ["with half a key", { ...good, "sec-websocket-key": "dGhl" }, "GET", 400],
    ["by POST", good, "POST", 400],
  ])("%s", (_, headers, method, status) => {
    expect(refusal(() => switchToWebSocket(asked(headers, method), ""))?.[0]).toBe(status);
  });
});

test("headerValues()", () => {
  expect([headerValues(undefined), headerValues(["a, b", "c"]), headerValues(" a ,,b")]).toEqual([
    [],
    ["a", "b", "c"],
    ["a", "b"],
  ]);
});

import { createServer, type Server } from "node:http";
import { createServer as createSecure } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HttpCheck } from "../../src/model/api/probe.ts";
import { selfSigned } from "../../src/serve/auth/self-signed.ts";
import { HOST, portOf, probe } from "./run-check.ts";

let server: Server;
let asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? "", "http://x");
    asked.push(`${request.url} ${JSON.stringify(request.headers)}`);
    if (pathname === "/hangs") return;
    if (pathname === "/breaks") {
      request.socket.destroy();
      return;
    }
    const location = { "/to": decodeURIComponent(search.slice(1)), "/circle": "/circle" }[pathname];
    response.writeHead(location ? 302 : Number(pathname.slice(1)), location ? { location } : {}).end("body");
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe("http", () => {
  const get = (path: string, change: Partial<HttpCheck> = {}, timeout = 60) => {
    asked = [];
    return probe({ type: "http", scheme: "http", port: portOf(server), path, headers: [], ...change }, timeout);
  };
  const good = { success: true, message: "" };

  test.each(["/200", "/204", "/299"])("%s is a success", async (path) => {
    expect(await get(path)).toEqual(good);
  });

  test.each([400, 404, 500])("%i is a failure", async (status) => {
    expect(await get(`/${status}`)).toEqual({
      success: false,
      message: `HTTP probe failed with statuscode: ${status}`,
    });
  });

  test("a path without a slash, with a query and a blank", async () => {
    expect(await get("200?a=b c#d")).toEqual(good);
    expect(asked[0]).toMatch(/^\/200\?a=b%20c \{/);
  });

  test("headers are sent as they are given, and nothing else but the kubelet's", async () => {
    await get("/200", {
      headers: [
        ["X-A", "1"],
        ["x-a", "2"],
        ["Host", "web.example"],
        ["Accept", ""],
      ],
    });
    const headers = JSON.parse(asked[0]?.replace(/^\S+ /, "") ?? "");
    expect(headers).toEqual({
      "user-agent": "kube-probe/1.36",
      "x-a": "1, 2",
      host: "web.example",
      connection: "close",
    });
  });

  test("a redirect on the same host is followed", async () => {
    expect(await get("/to?/404")).toMatchObject({ message: "HTTP probe failed with statuscode: 404" });
  });

  test("a redirect to another host is not", async () => {
    expect(await get("/to?http://other.example/404")).toEqual({
      success: true,
      message: "Probe terminated redirects, Response body: body",
    });
  });

  test("redirects in a circle", async () => {
    expect(await get("/circle")).toEqual({
      success: false,
      message: `Get "http://${HOST}:${portOf(server)}/circle": stopped after 10 redirects`,
    });
  });

  test("no answer", async () => {
    expect(await get("/hangs", {}, 1)).toEqual({
      success: false,
      message: `Get "http://${HOST}:${portOf(server)}/hangs": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    });
  });

  test("a connection that breaks", async () => {
    expect(await get("/breaks")).toMatchObject({
      success: false,
      message: expect.stringMatching(/: (EOF|read: connection reset by peer)$/),
    });
  });

  test("no listener", async () => {
    expect(await get("/", { port: 1 })).toEqual({
      success: false,
      message: `Get "http://${HOST}:1/": dial tcp ${HOST}:1: connect: connection refused`,
    });
  });
});

test("https: neither the name in the certificate nor its validity is checked", async () => {
  const { certificate: cert, key } = selfSigned("somebody", ["elsewhere.example"], 0, 1000);
  const secure = createSecure({ cert, key }, (_, response) => response.writeHead(204).end());
  await new Promise<void>((resolve) => secure.listen(0, HOST, resolve));
  const outcome = await probe({ type: "http", scheme: "https", port: portOf(secure), path: "/", headers: [] });
  secure.closeAllConnections();
  secure.close();
  expect(outcome).toEqual({ success: true, message: "" });
});

describe("tcp", () => {
  test("a listener", async () => {
    expect(await probe({ type: "tcp", port: portOf(server) })).toEqual({ success: true, message: "" });
  });

  test("no listener", async () => {
    expect(await probe({ type: "tcp", host: "::1", port: 1 })).toEqual({
      success: false,
      message: "dial tcp [::1]:1: connect: connection refused",
    });
  });
});

test("a command that cannot be run is a failure", async () => {
  expect(await probe({ type: "exec", command: ["true"] })).toMatchObject({ success: false });
});

import { createServer, type Server } from "node:http";
import { createServer as createServer2 } from "node:http2";
import { createServer as createSecure } from "node:https";
import { type AddressInfo, createServer as createTcp } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Check, HttpCheck } from "../../src/model/probe.ts";
import type { UnitName } from "../../src/model/unit.ts";
import { look } from "../../src/probe/check.ts";
import { selfSigned } from "../../src/serve/self-signed.ts";

const HOST = "127.0.0.1";

const probe = (check: Check) =>
  look(
    { check, initialDelay: 0, period: 1, timeout: 1, successThreshold: 1, failureThreshold: 1 },
    { unit: "u.service" as UnitName, address: HOST },
    "/no/such",
  );

let server: Server;
let asked: string[] = [];

const portOf = (of: { address(): AddressInfo | string | null }) => (of.address() as AddressInfo).port;

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
  const get = (path: string, change: Partial<HttpCheck> = {}) => {
    asked = [];
    return probe({ type: "http", scheme: "http", port: portOf(server), path, headers: [], ...change });
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
    expect(await get("/hangs")).toEqual({
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

  test("nobody there", async () => {
    expect(await get("/", { port: 1 })).toEqual({
      success: false,
      message: `Get "http://${HOST}:1/": dial tcp ${HOST}:1: connect: connection refused`,
    });
  });
});

test("https: nobody asks whose certificate it is, nor whether it still counts", async () => {
  const { certificate: cert, key } = selfSigned("somebody", ["elsewhere.example"], 0, 1000);
  const secure = createSecure({ cert, key }, (_, response) => response.writeHead(204).end());
  await new Promise<void>((resolve) => secure.listen(0, HOST, resolve));
  const outcome = await probe({ type: "http", scheme: "https", port: portOf(secure), path: "/", headers: [] });
  secure.closeAllConnections();
  secure.close();
  expect(outcome).toEqual({ success: true, message: "" });
});

describe("tcp", () => {
  test("somebody listens", async () => {
    expect(await probe({ type: "tcp", port: portOf(server) })).toEqual({ success: true, message: "" });
  });

  test("nobody does", async () => {
    expect(await probe({ type: "tcp", host: "::1", port: 1 })).toEqual({
      success: false,
      message: "dial tcp [::1]:1: connect: connection refused",
    });
  });
});

describe("grpc", () => {
  const health = createServer2().on("stream", (stream) => {
    const chunks: Buffer[] = [];
    stream
      .on("data", (chunk: Buffer) => chunks.push(chunk))
      .on("end", () => {
        const request = Buffer.concat(chunks);
        const service = request.subarray(5).length === 0 ? "" : request.subarray(7).toString();
        const head = { ":status": 200, "content-type": "application/grpc" };
        const code = { unknown: "5", none: "12" }[service];
        if (service === "hangs") return;
        if (service === "endless") {
          stream.respond(head);
          return void stream.write(Buffer.alloc(100_000));
        }
        if (code) return stream.respond({ ...head, "grpc-status": code, "grpc-message": "why" }, { endStream: true });
        stream.respond(head, { waitForTrailers: true });
        stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
        stream.end(Buffer.from(service === "" ? [0, 0, 0, 0, 2, 8, 1] : [0, 0, 0, 0, 2, 8, 2]));
      });
  });
  beforeAll(() => new Promise<void>((resolve) => health.listen(0, HOST, () => resolve())));
  afterAll(() => void health.close());

  test.each([
    ["", true, ""],
    ["bad", false, 'service unhealthy (responded with "NOT_SERVING")'],
    ["unknown", false, "error: health rpc probe failed: rpc error: code = NotFound desc = why"],
    ["none", false, "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): why"],
    [
      "endless",
      false,
      "error: health rpc probe failed: rpc error: code = ResourceExhausted desc = grpc: received message larger than max (65536)",
    ],
    ["hangs", false, "timeout: health rpc did not complete within 1s"],
  ])("service %j", async (service, success, message) => {
    expect(await probe({ type: "grpc", port: portOf(health), service })).toEqual({ success, message });
  });

  test("nobody there", async () => {
    expect(await probe({ type: "grpc", port: 1, service: "" })).toEqual({
      success: false,
      message: `error: failed to connect service at "${HOST}:1": dial tcp ${HOST}:1: connect: connection refused`,
    });
  });

  test("something else there", async () => {
    const silent = createTcp().listen(0, HOST);
    await new Promise((resolve) => silent.once("listening", resolve));
    const outcome = await probe({ type: "grpc", port: portOf(silent), service: "" });
    silent.close();
    expect(outcome?.success).toBe(false);
  });
});

test("a command that cannot be run is a failure", async () => {
  expect(await probe({ type: "exec", command: ["true"] })).toMatchObject({ success: false });
});

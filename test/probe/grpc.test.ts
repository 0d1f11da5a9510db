import { createServer } from "node:http2";
import { createServer as createTcp } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOST, portOf, probe } from "./run-check.ts";

const health = createServer().on("stream", (stream) => {
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
  const outcome = await probe({ type: "grpc", port: portOf(health), service }, service === "hangs" ? 1 : 60);
  expect(outcome).toEqual({ success, message });
});

test("no listener", async () => {
  expect(await probe({ type: "grpc", port: 1, service: "" })).toEqual({
    success: false,
    message: `error: failed to connect service at "${HOST}:1": dial tcp ${HOST}:1: connect: connection refused`,
  });
});

test("something else there", async () => {
  const silent = createTcp().listen(0, HOST);
  await new Promise((resolve) => silent.once("listening", resolve));
  const outcome = await probe({ type: "grpc", port: portOf(silent), service: "" }, 1);
  silent.close();
  expect(outcome?.success).toBe(false);
});

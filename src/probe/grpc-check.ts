import type * as http2 from "node:http2";
import { onTimeout } from "../io/timeout.ts";
import { dialError, hostPort } from "./dial.ts";
import type { Outcome } from "./probe-state.ts";

/** The values of `status` in grpc.health.v1.HealthCheckResponse. */
const SERVING_STATUS = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"] as const;

const UNIMPLEMENTED = 12;

/** A response has a few bytes. A server that sends without end must not fill the memory of the process of all probes. */
const MAX_MESSAGE_BYTES = 64 * 1024;
const MESSAGE_TOO_LARGE = `grpc: received message larger than max (${MAX_MESSAGE_BYTES})`;
const FAILED = "error: health rpc probe failed";

/** The names of status codes in Go's `grpc` package, by number. */
const CODES: readonly string[] = (
  "OK Canceled Unknown InvalidArgument DeadlineExceeded NotFound AlreadyExists PermissionDenied ResourceExhausted " +
  "FailedPrecondition Aborted OutOfRange Unimplemented Internal Unavailable DataLoss Unauthenticated"
).split(" ");

/**
 * Returns the health of a gRPC server (`probe/grpc/grpc.go: Probe`, v1.36). Its two messages have a few bytes, so no
 * library is used. `timeout` is in seconds.
 */
export function checkGrpc(host: string, port: number, service: string, timeout: number): Promise<Outcome> {
  const { connect }: typeof http2 = process.getBuiltinModule("node:http2");
  const where = hostPort(host, port);
  return new Promise((resolve) => {
    const session = connect(`http://${where}`);
    let connected = false;
    const end = (success: boolean, message: string) => {
      cancelTimeout();
      session.destroy();
      resolve({ success, message });
    };
    const cancelTimeout = onTimeout(timeout * 1000, () => {
      const connectTimeout = `timeout: failed to connect service "${where}" within ${timeout}s: context deadline exceeded`;
      end(false, connected ? `timeout: health rpc did not complete within ${timeout}s` : connectTimeout);
    });
    session.once("connect", () => {
      connected = true;
    });
    session.once("error", (error) => {
      end(false, `error: failed to connect service at "${where}": ${dialError(error, host, port)}`);
    });
    // Without a connection the error of the session is the precise one.
    sendRequest(session, service, (success, message) => connected && end(success, message));
  });
}

function sendRequest(
  session: http2.ClientHttp2Session,
  service: string,
  end: (success: boolean, message: string) => void,
): void {
  const stream = session.request({
    ":method": "POST",
    ":path": "/grpc.health.v1.Health/Check",
    "content-type": "application/grpc",
    "user-agent": "kube-probe/1.36",
    te: "trailers",
  });
  const chunks: Buffer[] = [];
  let size = 0;
  let status: Partial<Record<"grpc-status" | "grpc-message", string>> = {};
  const readStatus = (headers: http2.IncomingHttpHeaders) => {
    if (headers["grpc-status"] !== undefined) status = headers as typeof status;
  };
  stream.on("response", readStatus);
  stream.on("trailers", readStatus);
  stream.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_MESSAGE_BYTES)
      end(false, `${FAILED}: rpc error: code = ResourceExhausted desc = ${MESSAGE_TOO_LARGE}`);
  });
  stream.once("error", (error) => end(false, `${FAILED}: ${error.message}`));
  stream.once("end", () => {
    const { success, message } = outcomeOf(status, Buffer.concat(chunks));
    end(success, message);
  });
  stream.end(frame(service));
}

/**
 * Returns a HealthCheckRequest. Its field 1 is the service. The five bytes before it are the compressed flag (0) and the
 * length.
 */
function frame(service: string): Buffer {
  const name = Buffer.from(service);
  const message = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, ...varint(name.length)]), name]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

function outcomeOf(
  { "grpc-status": code = "2", "grpc-message": words = "" }: Partial<Record<"grpc-status" | "grpc-message", string>>,
  body: Buffer,
): Outcome {
  if (Number(code) === UNIMPLEMENTED) {
    const what = "error: this server does not implement the grpc health protocol (grpc.health.v1.Health)";
    return { success: false, message: `${what}: ${words}` };
  }
  if (code !== "0") {
    const name = CODES[Number(code)] ?? `Code(${code})`;
    return { success: false, message: `${FAILED}: rpc error: code = ${name} desc = ${words}` };
  }
  // Field 1 of a HealthCheckResponse is the status. The server leaves it out when it is 0.
  const status = SERVING_STATUS[body[5] === 0x08 ? (body[6] ?? 0) : 0] ?? "UNKNOWN";
  if (status === "SERVING") return { success: true, message: "" };
  return { success: false, message: `service unhealthy (responded with "${status}")` };
}

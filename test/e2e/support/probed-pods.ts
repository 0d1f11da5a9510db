import type { V1Probe } from "@kubernetes/client-node";
import { type Container, SLEEP, shell } from "./manifests.ts";

const NODE = "/usr/local/lib/unitlet/node";

/** Returns a probe that runs every second with thresholds of 1, unless `check` has others. */
const probe = (check: Partial<V1Probe>): V1Probe => ({
  ...{ periodSeconds: 1, failureThreshold: 1 },
  // A command starts about twelve processes, which takes long on a busy host.
  ...(check.exec ? { timeoutSeconds: 60 } : {}),
  ...check,
});
const file = (path: string, rest: Partial<V1Probe> = {}) => probe({ exec: { command: ["test", "-e", path] }, ...rest });
const http = (port: number, path: string, rest: Partial<V1Probe> = {}, get: object = {}) =>
  probe({ httpGet: { port, path, ...get }, ...rest });

/** An HTTP server that responds by the path: /STATUS, and /to?URL with a redirect. It prints the requests. */
const SERVER = `
const http = require("node:http");
const port = Number(process.argv[1]);
http.createServer((request, response) => {
  const url = new URL(request.url, "http://x");
  console.log(request.url, request.headers["user-agent"], request.headers.host, request.headers["x-who"] ?? "");
  const to = url.pathname === "/to" ? { location: decodeURIComponent(url.search.slice(1)) } : {};
  response.writeHead(to.location ? 302 : Number(url.pathname.slice(1)), to).end("body of " + url.pathname);
}).listen(port);
`;
const serve = (port: number, probes: Container): Container => ({
  command: [NODE, "-e", SERVER.replaceAll("$", () => "$$"), String(port)],
  ports: [{ name: "web", containerPort: port }],
  ...probes,
});

/** A gRPC server with a health for each name of a service. */
const HEALTH = `
const http2 = require("node:http2");
http2.createServer().on("stream", (stream, headers) => {
  const chunks = [];
  stream.on("data", (chunk) => chunks.push(chunk)).on("end", () => {
    const service = Buffer.concat(chunks).subarray(7).toString();
    console.log(headers[":path"], headers["content-type"], service);
    const head = { ":status": 200, "content-type": "application/grpc" };
    const refusal = { ...head, "grpc-status": "5", "grpc-message": "as asked" };
    if (service === "no-such") return stream.respond(refusal, { endStream: true });
    stream.respond(head, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(Buffer.from([0, 0, 0, 0, 2, 8, service === "bad" ? 2 : 1]));
  });
}).listen(7200);
`;
const grpc = (service: string): Container => ({
  readinessProbe: probe({ grpc: { port: 7200, service } }),
});

/** The containers of the pods by name. The tests describe them. */
export const PROBED_PODS: Readonly<Record<string, Container | Container[]>> = {
  "http-good": serve(7101, {
    readinessProbe: http(0, "/204?a=b c", {}, { port: "web", httpHeaders: [{ name: "X-Who", value: "me" }] }),
  }),
  "http-bad": serve(7102, { readinessProbe: http(7102, "/503") }),
  "http-near": serve(7103, { readinessProbe: http(7103, "/to?/200") }),
  "http-far": serve(7104, { readinessProbe: http(7104, "/to?http://far.example/") }),
  "http-none": { ...SLEEP, readinessProbe: http(7105, "/") },
  "tcp-good": serve(7106, { readinessProbe: probe({ tcpSocket: { port: "web" } }) }),
  "tcp-none": { ...SLEEP, readinessProbe: probe({ tcpSocket: { port: 7107 } }) },
  grpc: [
    { name: "server", command: [NODE, "-e", HEALTH] },
    { ...SLEEP, name: "good", ...grpc("good") },
    { ...SLEEP, name: "bad", ...grpc("bad") },
    { ...SLEEP, name: "no-such", ...grpc("no-such") },
  ],
  "exec-good": {
    ...shell("echo $WHO >/tmp/who; sleep infinity", { env: [{ name: "WHO", value: "me" }] }),
    readinessProbe: probe({ exec: { command: ["grep", "-q", "me", "/tmp/who"] } }),
  },
  "exec-bad": { ...SLEEP, readinessProbe: probe({ exec: { command: ["sh", "-c", "echo not yet; exit 3"] } }) },
  "exec-late": { ...SLEEP, readinessProbe: probe({ exec: { command: ["sleep", "60"] }, timeoutSeconds: 1 }) },
  flips: {
    ...shell("touch /tmp/good; sleep infinity"),
    readinessProbe: file("/tmp/good", { failureThreshold: 2, successThreshold: 2 }),
  },
  dies: {
    ...shell("trap 'echo stopped; exit' TERM; touch /tmp/alive; echo begun; while :; do sleep 0.1; done"),
    livenessProbe: file("/tmp/alive", { failureThreshold: 2 }),
  },
  gated: {
    ...shell("date +%s.%N; sleep 3; touch /tmp/started; sleep infinity"),
    startupProbe: file("/tmp/started", { failureThreshold: 30 }),
    livenessProbe: file("/tmp/started"),
    readinessProbe: file("/tmp/started"),
  },
  "never-starts": { ...SLEEP, startupProbe: file("/tmp/never", { failureThreshold: 2 }) },
  delayed: { ...SLEEP, readinessProbe: file("/etc", { initialDelaySeconds: 3 }) },
  stubborn: {
    ...shell("trap '' TERM; while :; do sleep 0.1; done"),
    livenessProbe: file("/tmp/never", { initialDelaySeconds: 2, terminationGracePeriodSeconds: 1 }),
  },
};

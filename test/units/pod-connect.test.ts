import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installedFile } from "../support/installed-files.ts";

const server = createServer({ allowHalfOpen: true });
const port = () => String((server.address() as AddressInfo).port);

beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  server.removeAllListeners("connection");
  await new Promise((resolve) => server.close(resolve));
});

/** Its standard input and output are sockets of their own. */
function connectPod() {
  const { source } = installedFile("pod-connect");
  return spawn("perl", [source, port()], { stdio: ["pipe", "pipe", "inherit"] });
}

test("bytes go both ways, and a program of the pod may answer after the end of its input", async () => {
  server.on("connection", async (socket) => socket.end(`got ${await text(socket)}`));
  const helper = connectPod();
  helper.stdin.end("hello");
  expect(await text(helper.stdout)).toBe("connected\ngot hello");
});

/** Accepts no connections. The only one that the kernel keeps for it is that of the program itself. */
const FULL = `use Socket; socket my $own, PF_INET, SOCK_STREAM, 0; listen $own, 0; my $name = getsockname $own;
my ($port) = sockaddr_in($name);
socket my $first, PF_INET, SOCK_STREAM, 0; connect $first, sockaddr_in($port, INADDR_LOOPBACK);
$| = 1; print "$port\n"; sleep 60`;

test("it does not wait for a program that accepts no connections", async () => {
  const full = spawn("perl", ["-e", FULL], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(full.stdout, "data")) as [Buffer];
  const helper = spawn("perl", [installedFile("pod-connect").source, String(line).trim()], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  expect(await text(helper.stdout)).toMatch(/^failed 110 \d+\n$/);
  full.kill();
});

test("it ends when the client has gone, though the program of the pod ends no connection", async () => {
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const helper = connectPod();
  await once(helper.stdout, "readable");
  const [socket] = await accepted;
  helper.stdin.destroy();
  helper.stdout.destroy();
  expect(await once(helper, "exit")).toEqual([1, null]);
  socket.destroy();
});

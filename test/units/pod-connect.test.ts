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

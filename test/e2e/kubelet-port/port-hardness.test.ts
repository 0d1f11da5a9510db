import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectPlain, type Socket } from "node:net";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import {
  asApiServer,
  installServingCertificate,
  requestKubelet,
  serviceMemory,
  waitForServerExit,
} from "../support/kubelet-client.ts";
import { pod, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "slow", { settings: { kubeletIdleTimeout: "1s" } });
  await installServingCertificate(node);
  await node.run(pod(node, "talks", shell("while :; do echo word; sleep 1; done")));
  await node.container("talks", ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

async function isWell(): Promise<void> {
  expect(await requestKubelet(node, "/healthz")).toEqual({ status: 200, body: "ok" });
  expect((await node.exec("journalctl -u unitlet-api -p warning -o cat")).stdout).toBe("");
}

/** A connection with the API server's certificate, on which nothing has been said yet. */
async function dial(): Promise<Socket> {
  const [cert, key] = asApiServer(node)
    .filter((word) => word.startsWith("/"))
    .map((path) => readFileSync(path));
  const socket = connect({ host: node.machine.address, port: 10250, cert, key, rejectUnauthorized: false });
  // Who is thrown out notices that by the end.
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.once("secureConnect", resolve));
  return socket;
}

/** What comes until the other side closes. */
async function rest(socket: Socket): Promise<string> {
  socket.on("error", () => undefined);
  const pieces: Buffer[] = [];
  socket.on("data", (piece) => pieces.push(piece));
  await new Promise((resolve) => socket.once("close", resolve));
  return Buffer.concat(pieces).toString("latin1");
}

describe("what is too long or no HTTP", () => {
  test.each([
    ["a URL of 9,000 characters", ["-H", "X: y"], `/healthz?${"a".repeat(9000)}`, 200],
    ["a header of 100,000", ["-H", `X: ${"a".repeat(100_000)}`], "/healthz", 200],
  ])("%s", async (_, flags, path, status) => {
    expect((await requestKubelet(node, path, [...asApiServer(node), ...flags])).status).toBe(status);
  });

  test("a request line of 900,000 bytes, which curl cannot send", async () => {
    const socket = await dial();
    socket.write(`GET /healthz?${"a".repeat(900_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(await rest(socket)).toMatch(/^HTTP\/1.1 200 /);
  });

  test.each([
    ["a URL of 1.2 MB", `GET /healthz?${"a".repeat(1_200_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ["12,000 headers", `GET /healthz HTTP/1.1\r\nHost: x\r\n${`X: ${"a".repeat(100)}\r\n`.repeat(12_000)}\r\n`],
  ])("%s is answered 431 with a Status, which kubectl prints", async (_, text) => {
    const socket = await dial();
    socket.write(text);
    const [head, body = ""] = (await rest(socket)).split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1.1 431 .*\r\nContent-Type: application\/json\r\n/);
    const message = "the request line and the headers are too large";
    expect(JSON.parse(body)).toMatchObject({ kind: "Status", status: "Failure", code: 431, message });
  });

  test("a client without a certificate gets no more than 64 KB of memory", async () => {
    const flags = (length: number) => ["-H", `X: ${"a".repeat(length)}`];
    const statuses = [50_000, 100_000].map(
      async (length) => (await requestKubelet(node, "/healthz", flags(length))).status,
    );
    expect(await Promise.all(statuses)).toEqual([401, 431]);
  });

  test.each([
    "\0\0\0\0",
    "GET /healthz\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
  ])("%j is answered 400 and closed", async (text) => {
    const socket = await dial();
    socket.end(text);
    expect(await rest(socket)).toMatch(/^(HTTP\/1.1 400 |$)/);
  });

  test("TLS 1.1, and no TLS at all", async () => {
    const flags = ["--tls-max", "1.1", "--tlsv1.0", "--ciphers", "ALL:@SECLEVEL=0"];
    expect((await requestKubelet(node, "/healthz", [...asApiServer(node), ...flags])).status).toBe(0);
    const plain = connectPlain(10250, node.machine.address);
    plain.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await rest(plain)).not.toContain("200");
  });

  afterAll(isWell);
});

describe("clients that are slow", () => {
  test("half a request, or half a handshake, is given up after a while, and others are served meanwhile", async () => {
    // The pod prints a word each second that its machine runs: a clock that stops when the machine does.
    const words = async () => (await node.log("talks")).split("\n").length;
    const before = await words();
    const silent = Array.from({ length: 200 }, () => rest(connectPlain(10250, node.machine.address)));
    let left = 0;
    const drip = async () => {
      const socket = await dial();
      socket.write("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ");
      const drops = setInterval(() => socket.write("a"), 500);
      left += 1;
      const end = rest(socket).finally(() => {
        clearInterval(drops);
        left -= 1;
      });
      return { end };
    };
    const slow = await Promise.all(Array.from({ length: 20 }, drip));
    expect((await requestKubelet(node, "/healthz")).status).toBe(200);
    expect(left).toBe(20);
    await Promise.all([...silent, ...slow.map(({ end }) => end)]);
    expect((await words()) - before).toBeLessThan(60);
    await isWell();
  });

  test("a reader that does not read holds no more than its share", async () => {
    await node.run(
      pod(
        node,
        "floods",
        shell("exec yes 0123456789012345678901234567890123456789 | head -c 40000000; exec sleep infinity"),
      ),
    );
    await node.container("floods", ({ ready }) => ready);
    const before = await serviceMemory(node);
    const request = `GET /containerLogs/${node.namespace}/floods/main?follow=true HTTP/1.1\r\nHost: x\r\n\r\n`;
    const readers = await Promise.all(Array.from({ length: 10 }, () => dial()));
    // With this event they read what their buffers hold, and no more.
    const begun = readers.map((socket) => once(socket, "readable"));
    for (const socket of readers) socket.write(request);
    await Promise.all(begun);
    for (let look = 0; look < 5; look += 1) expect((await serviceMemory(node)) - before).toBeLessThan(60);
    for (const socket of readers) socket.destroy();
    await waitForServerExit(node);
  });
});

test("a hundred followers at once all get the log, in bounded memory, and nothing is left of them", async () => {
  const path = `/containerLogs/${node.namespace}/talks/main?follow=true&tailLines=1`;
  const request = `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const followers = await Promise.all(Array.from({ length: 100 }, () => dial()));
  const heard = followers.map(async (socket) => {
    let text = "";
    for await (const piece of socket) {
      text += piece;
      if ((text.match(/word/g)?.length ?? 0) >= 3) return true;
    }
    return false;
  });
  for (const socket of followers) socket.write(request);
  expect((await Promise.all(heard)).filter(Boolean)).toHaveLength(100);
  expect(await serviceMemory(node)).toBeLessThan(100);
  await waitForServerExit(node);
});

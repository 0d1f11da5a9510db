import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connect } from "../../../src/serve/exec/connect.ts";
import { attachToTerminal } from "../../../src/serve/exec/container-terminal.ts";
import { containerUnitName } from "../../../src/unitfile/names.ts";
import { until } from "../../support/until.ts";
import { Client } from "./client.ts";

let directory: string;
let holder: Server;
let attached: Socket | undefined;
let received: Buffer;
let answer: string;

const UNIT = containerUnitName("default", "pod", "main");

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-terminal-"));
  received = Buffer.alloc(0);
  attached = undefined;
  // The other end of api-helper, which answers when it is connected.
  holder = createServer((socket) => {
    socket.once("data", (request) => {
      expect(String(request)).toBe(`terminal ${UNIT}\n`);
      socket.write(answer);
      attached = socket.on("data", (bytes) => {
        received = Buffer.concat([received, bytes]);
      });
    });
  });
  answer = "attached\n";
  await new Promise<void>((resolve) => holder.listen(join(directory, "tty"), resolve));
});

afterEach(() => {
  holder.close();
  rmSync(directory, { recursive: true });
});

async function attach(withInput = true) {
  const program = await attachToTerminal(UNIT, withInput, async () =>
    createConnection({ path: join(directory, "tty"), allowHalfOpen: true }).on("error", () => undefined),
  );
  await until(() => [attached !== undefined, attached], { what: "somebody who is attached" });
  return program;
}

const heard = (expected: Buffer) =>
  until(() => [received.length >= expected.length, received] as const, { what: "what was sent" });

test("what is typed and new sizes go out in frames, in their order", async () => {
  const client = new Client();
  const over = connect(await attach(), client.streams);
  client.stdin.write("ls\r");
  const typed = Buffer.from("i\0\x03ls\r");
  await heard(typed);
  client.resize(300, 40);
  const expected = Buffer.concat([typed, Buffer.from("s\0\x04\x01\x2c\0\x28")]);
  await heard(expected);
  expect(received).toEqual(expected);
  attached?.end();
  await over;
});

test("what is longer than a frame goes out in several", async () => {
  const program = await attach();
  program.stdin?.write(Buffer.alloc(0x10001, "x"));
  const expected = Buffer.concat([
    Buffer.from("i\xff\xff", "latin1"),
    Buffer.alloc(0xffff, "x"),
    Buffer.from("i\0\x02xx"),
  ]);
  await heard(expected);
  expect(received.equals(expected)).toBe(true);
  program.end();
});

test("what is written there comes as it is, until the terminal is gone", async () => {
  const client = new Client();
  const over = connect(await attach(), client.streams);
  attached?.end("\x1b[1mbold\r\n");
  expect(await client.waitForOutput(/bold\r\n/)).toBe("\x1b[1mbold\r\n");
  await over;
  expect(client.end).toEqual({ kind: "exited", status: 0 });
});

test("the end of the client's input ends the attach, after all of it is sent", async () => {
  const client = new Client();
  const over = connect(await attach(), client.streams);
  const ended = new Promise((resolve) => attached?.once("end", resolve));
  client.stdin.end("exit\r");
  await ended;
  expect(received).toEqual(Buffer.from("i\0\x05exit\r"));
  await over;
  expect(client.end).toEqual({ kind: "exited", status: 0 });
});

test("a client that leaves releases it", async () => {
  const client = new Client();
  const over = connect(await attach(), client.streams);
  const closed = new Promise((resolve) => attached?.once("close", resolve));
  client.leave();
  await over;
  await closed;
});

test("a container that reads nothing takes no input", async () => {
  const program = await attach(false);
  expect(program.stdin).toBeUndefined();
  program.end();
});

test("a terminal without a process behind it", async () => {
  holder.removeAllListeners("connection").on("connection", (socket) => socket.end());
  await expect(attach()).rejects.toThrow("does not answer");
});

import { once } from "node:events";
import type { Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { inputOf } from "../../../src/serve/exec/container-input.ts";
import { containerUnitName } from "../../../src/unitfile/names.ts";
import { connectTo } from "./local-helper.ts";

const CONTAINER = { unit: containerUnitName("default", "pod", "main"), invocation: "0".repeat(32) };
const REQUEST = `input ${CONTAINER.unit} ${CONTAINER.invocation}\n`;

test("the request comes first, then the input and its end", async () => {
  let received: Promise<Buffer> | undefined;
  const connect = await connectTo((socket) => {
    received = buffer(socket);
  });
  const input = inputOf(CONTAINER, connect);
  input.write("hello ");
  input.end("world\n");
  await once(input, "finish");
  expect(String(await received)).toBe(`${REQUEST}hello world\n`);
});

test("a client that leaves closes the connection", async () => {
  let helper: Socket | undefined;
  const connect = await connectTo((socket) => {
    helper = socket.resume();
  });
  const input = inputOf(CONTAINER, connect);
  input.write("x");
  await new Promise((resolve) => setTimeout(resolve, 10));
  input.destroy();
  if (helper !== undefined) await once(helper, "end");
  expect(helper?.readableEnded).toBe(true);
});

test("the end of the helper is reported to the writer", async () => {
  const connect = await connectTo((socket) => void socket.end());
  const input = inputOf(CONTAINER, connect);
  await once(input, "close");
  expect(input.destroyed).toBe(true);
});

test("without a helper, the input ends with an error", async () => {
  const input = inputOf(CONTAINER, () => Promise.reject(new Error("no socket")));
  expect((await once(input, "error"))[0]).toMatchObject({ message: "no socket" });
});

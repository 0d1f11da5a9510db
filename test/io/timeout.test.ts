import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { onTimeout } from "../../src/io/timeout.ts";

const SCRIPT = `
  const { port, after, sent } = require("worker_threads").workerData;
  setTimeout(() => {
    port.postMessage(0);
    Atomics.store(sent, 0, 1);
    Atomics.notify(sent, 0);
  }, after);
`;

/** What was called first when an answer comes after so many milliseconds, and this thread is blocked until long after it, or not at all. */
async function first(answer: number, stalls: boolean): Promise<string> {
  const { port1, port2 } = new MessageChannel();
  const [sent, never] = [1, 2].map(() => new Int32Array(new SharedArrayBuffer(4))) as [Int32Array, Int32Array];
  const workerData = { port: port2, after: answer, sent };
  const worker = new Worker(SCRIPT, { eval: true, workerData, transferList: [port2] });
  await once(worker, "online");
  const messages = new Promise<string>((resolve) => {
    const answered = onTimeout(100, () => resolve("late"));
    port1.once("message", () => {
      answered();
      resolve("answered");
    });
  });
  if (stalls) {
    Atomics.wait(sent, 0, 0);
    Atomics.wait(never, 0, 0, 500);
  }
  const result = await messages;
  port1.close();
  await worker.terminate();
  return result;
}

test("an answer that came while this process was stopped is read", async () => {
  expect(await first(50, true)).toBe("answered");
});

test("no answer is a timeout", async () => {
  expect(await first(60_000, false)).toBe("late");
});

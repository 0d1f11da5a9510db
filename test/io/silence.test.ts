import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { onSilence } from "../../src/io/silence.ts";

/** What was called first when an answer comes 50 ms after this call, and this process stands still for so long. */
async function first(stall: number, answer = 50): Promise<string> {
  const { port1, port2 } = new MessageChannel();
  const script =
    "const { port, after } = require('worker_threads').workerData; setTimeout(() => port.postMessage(0), after)";
  const worker = new Worker(script, { eval: true, workerData: { port: port2, after: answer }, transferList: [port2] });
  await once(worker, "online");
  const told = new Promise<string>((resolve) => {
    const answered = onSilence(100, () => resolve("late"));
    port1.once("message", () => {
      answered();
      resolve("answered");
    });
  });
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stall);
  const result = await told;
  port1.close();
  await worker.terminate();
  return result;
}

test("who answered while this process could not listen is heard", async () => {
  expect(await first(1000)).toBe("answered");
});

test("who does not answer is late", async () => {
  expect(await first(0, 60_000)).toBe("late");
});

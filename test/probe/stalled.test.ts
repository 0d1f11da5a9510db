import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { UnitName } from "../../src/model/unit.ts";
import { checkExec } from "../../src/probe/exec-check.ts";
import { probe } from "./run-check.ts";

/** Answers from a thread of its own, which runs while this one is blocked: a while after it has announced the request. */
const SERVER = `
const { parentPort, workerData } = require("node:worker_threads");
require("node:http")
  .createServer((_, response) => {
    parentPort.postMessage("asked");
    response.on("finish", () => Atomics.store(workerData, 0, 1) + Atomics.notify(workerData, 0));
    setTimeout(() => response.writeHead(200).end(), 200);
  })
  .listen(0, "127.0.0.1", function () { parentPort.postMessage(this.address().port) });
`;

const GOOD = { success: true, message: "" };

const answered = new Int32Array(new SharedArrayBuffer(4));

let server: Worker;
let port: number;

beforeAll(async () => {
  server = new Worker(SERVER, { eval: true, workerData: answered });
  [port] = await once(server, "message");
});

afterAll(() => server.terminate());

/** As a machine that is paused, but for those who answer. */
function standStill(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
}

test("a server that answered while the prober could not listen is well", async () => {
  const outcome = probe({ type: "http", scheme: "http", port, path: "/", headers: [] }, 1);
  await once(server, "message");
  Atomics.wait(answered, 0, 0);
  standStill();
  expect(await outcome).toEqual(GOOD);
});

test("so is one that has accepted a connection", async () => {
  const outcome = probe({ type: "tcp", port }, 1);
  // It is asked for now.
  await new Promise<void>(process.nextTick);
  standStill();
  expect(await outcome).toEqual(GOOD);
});

test("and a command that has ended", async () => {
  const directory = mkdtempSync(join(tmpdir(), "unitlet-stalled-"));
  const enter = join(directory, "enter");
  writeFileSync(enter, "#!/bin/sh\nexit 0\n");
  chmodSync(enter, 0o755);
  const outcome = checkExec(enter, "unitlet.a.b.c.service" as UnitName, ["true"], 1);
  standStill();
  expect(await outcome).toEqual(GOOD);
  rmSync(directory, { recursive: true });
});

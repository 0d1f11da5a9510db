import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installedFile } from "../support/installed-files.ts";
import { Machine } from "../support/machine.ts";

let machine: Machine;
let status = 200;
const answers: ServerResponse[] = [];
const asked: string[] = [];
/** Requests with what another file than the run's says. */
const foreign: unknown[] = [];
const server = createServer((request, response) => {
  asked.push(`${request.headers.accept} ${request.headers.authorization}`);
  if (request.headers["x-curlrc"]) foreign.push(request.url);
  response.writeHead(status, { "Content-Type": "application/json" });
  if (status === 200) answers.push(response.flushHeaders() ?? response);
  else response.end("{}\n");
});

beforeAll(async () => {
  machine = await Machine.boot("watch", { net: "private" });
  await new Promise<void>((listening) => server.listen(0, listening));
  const url = `http://${machine.hostAddress}:${(server.address() as AddressInfo).port}/api/v1/pods?watch=1`;
  await machine.write("/usr/local/lib/unitlet/pod-watch", await readFile(installedFile("pod-watch").source), 0o755);
  await machine.write(
    "/etc/systemd/system/unitlet-watch.service",
    await readFile(installedFile("unitlet-watch.service").source),
  );
  await machine.exec("mkdir -m 700 /run/unitlet; cat >/run/unitlet/watch.curl", {
    stdin: `url = "${url}"\nheader = "Authorization: Bearer secret-token"\nuser-agent = "unitlet"\n`,
  });
  await machine.write("/root/.curlrc", 'header = "X-Curlrc: read"\n');
  await machine.exec("systemctl daemon-reload; systemctl start unitlet-watch");
  await machine.until(() => answers.length === 1, { what: "a connection" });
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await machine.down();
});

test("it requests a sync when it is connected, and for each event", async () => {
  expect(asked[0]).toBe("application/json;as=Table;v=v1;g=meta.k8s.io Bearer secret-token");
  await rings("the connection");
  for (const type of ["ADDED", "MODIFIED", "DELETED"]) {
    answers[0]?.write(`${JSON.stringify({ type, object: { rows: [] } })}\n`);
    await rings(type);
  }
});

describe("the proof of its connection", () => {
  test("names the process that reads it, and when that has started", async () => {
    const [pid = "", started = ""] = (await connection()).split(/[ \n]/);
    const { stdout } = await machine.exec(`cat /proc/${pid}/stat`);
    const [own, name, ...others] = stdout.split(" ");
    expect([own, name, others[19]]).toEqual([pid, "(pod-watch)", started]);
  });

  test("grows by each event", async () => {
    const before = await connection();
    answers[0]?.write(`${JSON.stringify({ type: "MODIFIED", object: { rows: [] } })}\n`);
    await rings("the event");
    expect(await connection()).toBe(`${before}.`);
  });

  test("is renewed by a bookmark, which requests no sync", async () => {
    const before = await connection();
    await machine.exec("touch -d '-90 seconds' /run/unitlet/watch-heard");
    answers[0]?.write(`${JSON.stringify({ type: "BOOKMARK", object: { rows: [] } })}\n`);
    const isYoung = () => machine.exec("find /run/unitlet/watch-heard -newermt '-60 seconds' | grep -q .");
    await machine.until(isYoung, { what: "the bookmark" });
    const { stdout } = await machine.exec("ls /run/unitlet");
    expect([await connection(), stdout]).toEqual([before, "watch-connection\nwatch-heard\nwatch.curl\n"]);
  });
});

test("it takes nothing from the ~/.curlrc of root", async () => {
  expect([asked.length, foreign]).toEqual([1, []]);
});

test("a storm of events costs almost nothing while a requested sync is pending", async () => {
  const before = await each("awk '{ print $14 + $15 }' /proc/$p/stat");
  answers[0]?.write(`${"x".repeat(300)}\n`.repeat(5000));
  answers[0]?.write(`${JSON.stringify({ type: "MODIFIED" })}\n`);
  await rings("the first of many", "true");
  await machine.exec("sleep 1");
  const ticks = (await each("awk '{ print $14 + $15 }' /proc/$p/stat")) - before;
  expect(ticks).toBeLessThan(150);
});

test("the token is in no command line, and it is small", async () => {
  expect((await machine.exec("cat /proc/[0-9]*/cmdline | tr '\\0' ' '")).stdout).not.toContain("secret-token");
  const kilobytes = await each("sed -n 's/^Pss: *\\([0-9]*\\) kB/\\1/p' /proc/$p/smaps_rollup");
  expect(kilobytes).toBeGreaterThan(500);
  expect(kilobytes).toBeLessThan(12_000);
});

test("it connects again when the API server has closed the watch, and requests a sync", async () => {
  answers.pop()?.end();
  await machine.exec("rm -f /run/unitlet/sync-requested");
  await machine.until(() => answers.length === 1, { what: "another connection" });
  await rings("the new connection");
});

test("a refusal of the API server is logged once, requests no sync, and the watch recovers", async () => {
  status = 403;
  const before = asked.length;
  answers.pop()?.end();
  await machine.until(() => asked.length > before, { what: "an attempt" });
  await machine.exec("rm -f /run/unitlet/sync-requested");
  await machine.until(() => asked.length >= before + 2, { what: "a second attempt" });
  expect((await machine.exec("ls /run/unitlet")).stdout).toBe("watch.curl\n");
  const { stdout } = await machine.exec("journalctl --sync; journalctl -q -o cat -u unitlet-watch _TRANSPORT=stdout");
  expect(stdout).toMatch(/^cannot watch: the API server answers 403\. .*\n$/);
  status = 200;
  await machine.until(() => answers.length === 1, { what: "a connection" });
});

test("it stops by itself, and does not start without its configuration", async () => {
  await machine.exec("systemctl stop unitlet-watch");
  expect((await machine.exec("systemctl show -P Result -P ActiveState unitlet-watch")).stdout).toBe(
    "success\ninactive\n",
  );
  await machine.exec("rm /run/unitlet/watch.curl; systemctl start unitlet-watch");
  expect((await machine.exec("systemctl show -P ActiveState unitlet-watch")).stdout).toBe("inactive\n");
});

/** Waits for the bell, and takes it away as a run does. */
async function rings(what: string, remove = "rm /run/unitlet/sync-requested"): Promise<void> {
  await machine.until(() => machine.exec(`test -e /run/unitlet/sync-requested && ${remove}`), {
    what: `the bell for ${what}`,
  });
}

const connection = () => machine.read("/run/unitlet/watch-connection");

/** The sum of what a command prints for each process of the watch. */
async function each(command: string): Promise<number> {
  const { stdout } = await machine.exec(
    `for p in $(pgrep -f lib/unitlet/pod-watch; pgrep -x curl); do ${command}; done`,
  );
  return stdout.split("\n").reduce((sum, number) => sum + Number(number), 0);
}

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CgroupFiles } from "../../../src/io/host/cgroup-files.ts";
import { listensBelow, type SocketTables } from "../../../src/io/host/listening-sockets.ts";

const POD = "unitlet.slice/unitlet-pod1.slice";
let root: string;
let tables: SocketTables;
const servers: Server[] = [];

/** A cgroup tree of files in which this very process is the only one of the pod. The sockets are real. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "unitlet-sockets-"));
  const service = join(root, POD, "unitlet.ns.pod.main.service");
  mkdirSync(service, { recursive: true });
  mkdirSync(join(root, "unitlet.slice/unitlet-pod2.slice"));
  writeFileSync(join(root, "cgroup.controllers"), "");
  writeFileSync(join(service, "cgroup.procs"), `${process.pid}\n`);
  tables = { proc: "/proc", cgroups: new CgroupFiles(root) };
});

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  rmSync(root, { recursive: true });
});

async function listen(host: string): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
}

test.each([
  ["127.0.0.1", [true, false]],
  ["0.0.0.0", [true, false]],
  ["::1", [false, true]],
  ["::", [true, true]],
] as const)("a listener on %s is reached by 127.0.0.1, by ::1: %j", async (host, expected) => {
  const port = await listen(host);
  expect((["tcp4", "tcp6"] as const).map((network) => listensBelow(POD, port, network, tables))).toEqual(expected);
});

test("a listener in a cgroup that the container has made itself is the pod's", async () => {
  const service = join(root, POD, "unitlet.ns.pod.main.service");
  writeFileSync(join(service, "cgroup.procs"), "");
  mkdirSync(join(service, "own"));
  writeFileSync(join(service, "own/cgroup.procs"), `${process.pid}\n`);
  const port = await listen("127.0.0.1");
  expect(listensBelow(POD, port, "tcp4", tables)).toBe(true);
});

test("a listener of another cgroup is not the pod's", async () => {
  const port = await listen("127.0.0.1");
  expect(listensBelow("unitlet.slice/unitlet-pod2.slice", port, "tcp4", tables)).toBe(false);
});

test("a port without a listener, and a cgroup that is gone", async () => {
  const port = await listen("127.0.0.1");
  expect([listensBelow(POD, 1, "tcp4", tables), listensBelow("gone.slice", port, "tcp4", tables)]).toEqual([
    false,
    false,
  ]);
});

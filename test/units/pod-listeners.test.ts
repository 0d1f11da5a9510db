import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installedFile } from "../support/installed-files.ts";
import { run } from "../support/run.ts";

const POD = "unitlet.slice/unitlet-pod1.slice";
let root: string;
const servers: Server[] = [];

/** A cgroup tree of files in which this very process is the only one of the pod. The sockets are real. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "unitlet-sockets-"));
  const service = join(root, POD, "unitlet.ns.pod.main.service");
  mkdirSync(service, { recursive: true });
  mkdirSync(join(root, "unitlet.slice/unitlet-pod2.slice"));
  writeFileSync(join(service, "cgroup.procs"), `${process.pid}\n`);
});

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  rmSync(root, { recursive: true });
});

async function listeners(cgroup: string, port: number): Promise<string> {
  return (await run([installedFile("pod-listeners").source, cgroup, String(port), root])).stdout;
}

async function listen(host: string): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
}

test.each([
  ["127.0.0.1", "tcp4\n"],
  ["0.0.0.0", "tcp4\n"],
  ["::1", "tcp6\n"],
  ["::", "tcp4\ntcp6\n"],
])("a listener on %s is reached by %j", async (host, expected) => {
  expect(await listeners(POD, await listen(host))).toEqual(expected);
});

test("a listener in a cgroup that the container has made itself is the pod's", async () => {
  const service = join(root, POD, "unitlet.ns.pod.main.service");
  writeFileSync(join(service, "cgroup.procs"), "");
  mkdirSync(join(service, "own"));
  writeFileSync(join(service, "own/cgroup.procs"), `${process.pid}\n`);
  expect(await listeners(POD, await listen("127.0.0.1"))).toBe("tcp4\n");
});

test("a listener of another cgroup is not the pod's", async () => {
  expect(await listeners("unitlet.slice/unitlet-pod2.slice", await listen("127.0.0.1"))).toBe("");
});

test("a port without a listener, and a cgroup that is gone", async () => {
  const port = await listen("127.0.0.1");
  expect([await listeners(POD, 1), await listeners("gone.slice", port)]).toEqual(["", ""]);
});

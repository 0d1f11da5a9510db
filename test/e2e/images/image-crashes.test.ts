import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { Node } from "../../support/node.ts";
import { busybox, CREDENTIALS, Registry } from "../../support/registry.ts";
import type { TarEntry } from "../../support/tar.ts";
import { pod } from "../support/manifests.ts";
import { noLeftover } from "../support/pull-failure.ts";

const CONFIG = { Cmd: ["sleep", "1000"], Env: ["PATH=/bin"] };

/** An umoci that is never done. */
const STOPPING = `#!/bin/sh
/usr/bin/umoci.real "$@" &
until ls -d /var/lib/unitlet/images/tmp/large_1_*/rootfs/large*; do :; done
kill -STOP $!
exec sleep 1000
`;

let proxy: FaultProxy;
let node: Node;
let base: readonly TarEntry[];

beforeAll(async () => {
  const cluster = await Cluster.up();
  proxy = await FaultProxy.start(cluster);
  node = await Node.join(cluster, "node-71", { ownDisk: true, timerInterval: "1s", proxy });
  base = await busybox();
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

test("a pod comes back after a crash of the host, although no registry and no API server answers", async () => {
  const registry = await Registry.start(node.machine);
  const image = await registry.push("busybox:1", { layers: [base], config: CONFIG });
  await node.run(pod(node, "steady", { image, command: ["sh", "-c", "echo up; exec sleep 1000"] }));
  await node.container("steady", ({ state }) => state?.running);
  await node.exec("sync");
  proxy.on(() => ({ reset: true }));
  await node.machine.crash();
  await node.machine.until(async () => (await node.exec(["systemctl", "is-active", node.unit("steady")])).stdout, {
    what: "the container to run",
  });
  proxy.clear();
  const status = await node.container("steady", ({ state, restartCount }) => state?.running && restartCount === 1);
  expect(status.imageID).toContain("127.0.0.1:5000/busybox@sha256:");
});

test("an image that is always asked for is asked for after a boot with the pod's credentials", async () => {
  const closed = { port: 5002, closed: true };
  const image = await (await Registry.start(node.machine, closed)).push("private:1", {
    layers: [base],
    config: CONFIG,
  });
  const [user, password] = CREDENTIALS.split(":");
  const given = ["--docker-server=127.0.0.1:5002", `--docker-username=${user}`, `--docker-password=${password}`];
  await node.kubectl("create", "secret", "docker-registry", "pull", ...given);
  await node.run(pod(node, "asks", { image, imagePullPolicy: "Always" }, { imagePullSecrets: [{ name: "pull" }] }));
  await node.container("asks", ({ state }) => state?.running);
  await node.machine.crash();
  await Registry.start(node.machine, closed);
  await node.container("asks", ({ state, restartCount }) => state?.running && restartCount === 1);
});

test("a pull that a crash has broken off is done anew, and leaves nothing behind", async () => {
  const registry = await Registry.start(node.machine);
  const large: TarEntry[] = Array.from({ length: 40 }, (_, n) => ({
    path: `large${n}`,
    content: randomBytes(2 << 20),
  }));
  const image = await registry.push("large:1", { layers: [base, large], config: CONFIG });
  const trees = async () => (await node.exec("ls /var/lib/unitlet/images/trees | wc -l")).stdout;
  // However fast it is, it stops in the midst of it.
  await node.exec("mv /usr/bin/umoci /usr/bin/umoci.real");
  await node.machine.write("/usr/bin/umoci", STOPPING, 0o755);
  const before = await trees();
  await node.run(pod(node, "large", { image }));
  const unpacking = () => node.exec("ls -d /var/lib/unitlet/images/tmp/large_1_*/rootfs/large*");
  await node.machine.until(unpacking, { what: "the image to be unpacked" });
  await node.exec("mv /usr/bin/umoci.real /usr/bin/umoci");
  await node.machine.crash();
  expect(await trees()).toBe(before);
  await Registry.start(node.machine);
  await node.container("large", ({ state }) => state?.running);
  await noLeftover(node, "large");
});

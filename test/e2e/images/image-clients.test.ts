import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { waitForEvents } from "../support/events.ts";
import { ImageNode, SLEEP_CONFIG } from "../support/image-node.ts";
import { Kubectl, type KubectlOptions, kubectl } from "../support/kubectl.ts";
import { type Container, pod, shell } from "../support/manifests.ts";

let node: Node;
/** With a tar, and without. */
let image: string;
let bare: string;

beforeAll(async () => {
  const images = await ImageNode.start("image-clients", {
    timerInterval: "1s",
    settings: { kubeletIdleTimeout: "1s" },
    servingCertificate: true,
  });
  ({ node } = images);
  const { registry, base } = images;
  const config = { ...SLEEP_CONFIG, User: "app" };
  bare = await registry.push("bare:1", { layers: [base], config });
  const more = { path: "bin/tar", type: "symlink", target: "busybox" } as const;
  image = await registry.push("busybox:1", { layers: [base, [more]], config });
  await node.run(pod(node, "box", [{ image }, { name: "bare", image: bare }]));
  await node.container("box", ({ ready }) => ready);
  await node.container("box", ({ ready }) => ready, "bare");
});

afterAll(() => node[Symbol.asyncDispose]());

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const result = async (args: readonly string[], options?: KubectlOptions) => (await kubectl(node, args, options)).stdout;
const start = (name: string, container: Container) => node.run(pod(node, name, { image, ...container }));

describe("kubectl cp", () => {
  const here = mkdtempSync(join(tmpdir(), "unitlet-image-cp-"));
  afterAll(() => rmSync(here, { recursive: true }));

  test("a file into a container and back, as its user", async () => {
    const bytes = randomBytes(10 << 20);
    writeFileSync(join(here, "file"), bytes);
    expect(await kubectl(node, ["cp", join(here, "file"), "box:/tmp/its file"])).toMatchObject({ code: 0 });
    expect(await result(["exec", "box", "--", "stat", "-c", "%u", "/tmp/its file"])).toBe("1234\n");
    expect(await kubectl(node, ["cp", "box:/tmp/its file", join(here, "back")])).toMatchObject({ code: 0 });
    expect(digest(readFileSync(join(here, "back")))).toBe(digest(bytes));
  });

  test("needs a tar in the image, which is said", async () => {
    writeFileSync(join(here, "small"), "x");
    expect(await kubectl(node, ["cp", "-c", "bare", join(here, "small"), "box:/tmp/small"])).toMatchObject({
      stderr: expect.stringContaining("executable file `tar` not found in $PATH"),
      code: 127,
    });
  });
});

describe("kubectl logs", () => {
  test("of this run and the one before, while it is followed, too", async () => {
    const volumeMounts = [{ name: "data", mountPath: "/data" }];
    const script =
      "test -e /data/again && { echo second; until test -e /data/over; do sleep 0.1; done; echo -n end; exit 0; }; touch /data/again; echo first; exit 3";
    await node.run(
      pod(node, "again", { image, ...shell(script), volumeMounts }, { volumes: [{ name: "data", emptyDir: {} }] }),
    );
    await node.container("again", ({ ready, restartCount }) => ready && restartCount === 1);
    await node.machine.until(async () => (await result(["logs", "again"])) !== "", { what: "the second run's words" });
    expect([await result(["logs", "again"]), await result(["logs", "again", "--previous"])]).toEqual([
      "second\n",
      "first\n",
    ]);
    const client = new Kubectl(node, ["logs", "--follow", "again"]);
    await client.waitForOutput(/second/);
    await kubectl(node, ["exec", "again", "--", "touch", "/data/over"]);
    expect((await client.ended).stdout.toString()).toBe("second\nend");
  });

  test("long lines are whole, and bytes are what they were", async () => {
    const script =
      "head -c 200000 /dev/zero | tr '\\0' x; printf '\\n\\377\\376\\0\\1\\n'; echo error >&2; printf last";
    await node.run(pod(node, "bytes", { image, ...shell(script) }, { restartPolicy: "Never" }));
    await node.until("bytes", (seen) => seen?.status?.phase === "Succeeded");
    const { stdout } = await new Kubectl(node, ["logs", "bytes"], { stdin: "" }).ended;
    const expected = Buffer.concat([
      Buffer.alloc(200_000, "x"),
      Buffer.from("\n\xff\xfe\0\x01\nerror\nlast", "latin1"),
    ]);
    expect(digest(stdout)).toBe(digest(expected));
  });
});

test("kubectl port-forward", async () => {
  const serve = "mkdir /tmp/www; echo hello >/tmp/www/index.html; exec httpd -f -p 127.0.0.1:8081 -h /tmp/www";
  const readinessProbe = { tcpSocket: { host: "127.0.0.1", port: 8081 }, periodSeconds: 1 };
  await start("web", { ...shell(serve), readinessProbe });
  await node.container("web", ({ ready }) => ready);
  const client = new Kubectl(node, ["port-forward", "web", "--address=127.0.0.1", ":8081"]);
  const [, port] = /127\.0\.0\.1:(\d+) -> /.exec(await client.waitForOutput(/Forwarding from [^\n]*\n/)) ?? [];
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("hello\n");
  client.child.kill();
  await client.ended;
});

describe("probes", () => {
  test("over the network decide on readiness, and on life", async () => {
    const readinessProbe = { httpGet: { path: "/ready", port: 8082 }, periodSeconds: 1 };
    const tcpSocket = { port: 8082 };
    const startupProbe = { tcpSocket, periodSeconds: 1, failureThreshold: 60 };
    // Who is slow lives.
    const livenessProbe = { tcpSocket, periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 30 };
    const script =
      "mkdir /tmp/www; httpd -p 8082 -h /tmp/www; until test -e /tmp/dead; do sleep 0.1; done; killall httpd; exec sleep 1000";
    await start("probed", { ...shell(script), startupProbe, readinessProbe, livenessProbe });
    await node.container("probed", ({ state, started, ready }) => state?.running && started && !ready);
    await kubectl(node, ["exec", "probed", "--", "touch", "/tmp/www/ready"]);
    await node.container("probed", ({ ready, restartCount }) => ready && restartCount === 0);
    await kubectl(node, ["exec", "probed", "--", "touch", "/tmp/dead"]);
    await node.container("probed", ({ restartCount }) => restartCount > 0);
  });

  test("a command is run as the container's user, and what is late leaves nothing behind", async () => {
    const command = ["sh", "-c", "id -u >>/tmp/ids; sleep 5555 & sleep 5555"];
    await start("late", { readinessProbe: { exec: { command }, periodSeconds: 1, timeoutSeconds: 1 } });
    const ids = () => result(["exec", "late", "--", "cat", "/tmp/ids"]);
    await node.machine.until(async () => (await ids()).startsWith("1234\n1234\n1234\n"), { what: "three probes" });
    const late = async () => Number((await node.exec("pgrep -cxf 'sleep 5555' || :")).stdout);
    await node.machine.until(async () => (await late()) <= 2, { what: "one probe at a time" });
  });
});

test("a container that fails again and again is backed off", async () => {
  await start("crashes", shell("echo trouble; exit 5"));
  const { state, lastState } = await node.container(
    "crashes",
    (seen) => seen.restartCount > 1 && seen.state?.waiting?.reason === "CrashLoopBackOff",
  );
  expect(state?.waiting?.message).toMatch(
    /^back-off (20s|40s|1m20s|2m40s|5m0s) restarting failed container=main pod=crashes_/,
  );
  expect(lastState?.terminated).toMatchObject({ exitCode: 5, reason: "Error" });
});

test("a postStart hook that fails takes the container with it", async () => {
  const lifecycle = { postStart: { exec: { command: ["sh", "-c", "exit 3"] } } };
  await start("hooked", { ...shell("trap 'exit 7' TERM; while :; do sleep 0.1; done"), lifecycle });
  await node.container("hooked", ({ restartCount }) => restartCount > 0);
  await waitForEvents(node, "hooked", ["FailedPostStartHook: "]);
});

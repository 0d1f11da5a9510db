import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { debianFiles } from "../../support/debian-root.ts";
import type { Node } from "../../support/node.ts";
import type { Registry } from "../../support/registry.ts";
import { run } from "../../support/run.ts";
import type { TarEntry } from "../../support/tar.ts";
import { ImageNode } from "../support/image-node.ts";
import { type Container, template } from "../support/manifests.ts";

const PATH = "PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What the packages' scripts and the images of these names would have made. */
const ACCOUNTS: readonly TarEntry[] = [
  {
    path: "etc/passwd",
    content:
      "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/sh\nredis:x:999:999::/data:/bin/sh\npostgres:x:998:998::/var/lib/postgresql:/bin/sh\n",
  },
  { path: "etc/group", content: "root:x:0:\nwww-data:x:33:\nredis:x:999:\npostgres:x:998:\n" },
  { path: "tmp/", type: "directory", mode: 0o1777 },
  { path: "data/", type: "directory", uid: 999, gid: 999 },
  { path: "var/lib/postgresql/data/", type: "directory", uid: 998, gid: 998, mode: 0o700 },
  { path: "bin/sh", type: "symlink", target: "dash" },
  { path: "run/", type: "directory" },
  { path: "var/run", type: "symlink", target: "/run" },
  { path: "run/postgresql/", type: "directory", uid: 998, gid: 998 },
  { path: "var/log/nginx/access.log", type: "symlink", target: "/dev/stdout" },
  { path: "var/log/nginx/error.log", type: "symlink", target: "/dev/stderr" },
  { path: "var/lib/nginx/", type: "directory" },
  {
    path: "etc/nginx/nginx.conf",
    content:
      "user www-data;\nevents {}\nhttp { access_log /var/log/nginx/access.log; server { listen 80; root /usr/share/nginx/html; } }\n",
  },
  {
    path: "usr/local/bin/docker-entrypoint.sh",
    mode: 0o755,
    content:
      '#!/bin/sh\nset -e\n[ -s "$PGDATA/PG_VERSION" ] || { echo "$POSTGRES_PASSWORD" >/tmp/pw && initdb --auth=md5 --pwfile=/tmp/pw >/dev/stderr; }\nexec "$@"\n',
  },
];

/** A large static Go program that is there anyway, and can serve files. */
async function goProgram(): Promise<Buffer> {
  const { stdout } = await run(["test/control-plane/control-plane.sh", "env"]);
  return await readFile(`${/PATH='([^']+)'/.exec(stdout)?.[1]}/kubectl`);
}

let node: Node;
let registry: Registry;

beforeAll(async () => {
  const files = await debianFiles();
  ({ node, registry } = await ImageNode.start("image-services", {
    settings: { watch: "yes" },
    servingCertificate: true,
  }));
  const layers = [files, ACCOUNTS];
  await registry.push("nginx:1", {
    layers,
    config: { Entrypoint: ["nginx"], Cmd: ["-g", "daemon off;"], Env: [PATH], StopSignal: "SIGQUIT" },
  });
  await registry.push("redis:7", {
    layers,
    config: { Cmd: ["redis-server"], Env: [PATH], User: "redis", WorkingDir: "/data", Volumes: { "/data": {} } },
  });
  await registry.push("postgres:15", {
    layers,
    config: {
      Entrypoint: ["docker-entrypoint.sh"],
      Cmd: ["postgres"],
      Env: [PATH, "PGDATA=/var/lib/postgresql/data", "LANG=C.UTF-8"],
      User: "postgres",
      StopSignal: "SIGINT",
      Volumes: { "/var/lib/postgresql/data": {} },
    },
  });
}, 600_000);

afterAll(() => node[Symbol.asyncDispose]());

async function deploy(name: string, container: Container): Promise<void> {
  const ofPod = template(node, name, container, { terminationGracePeriodSeconds: 60 });
  const replicas = { replicas: 1, selector: { matchLabels: { app: name } }, template: ofPod };
  await node.apply({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name }, spec: replicas });
  await node.kubectl("rollout", "status", `deployment/${name}`, "--timeout=200s");
}
const enter = (name: string, ...command: string[]) => node.kubectl("exec", `deployment/${name}`, "--", ...command);

describe("nginx", () => {
  beforeAll(() =>
    deploy("nginx", {
      image: "127.0.0.1:5000/nginx:1",
      ports: [{ containerPort: 80 }],
      readinessProbe: { httpGet: { path: "/", port: 80 }, periodSeconds: 1 },
    }),
  );

  test("serves its page, and its log is the pod's", async () => {
    expect((await node.exec("curl -s -A tester http://127.0.0.1/")).stdout).toContain("Welcome to nginx");
    await node.machine.until(async () => (await node.kubectl("logs", "deployment/nginx")).includes("tester"), {
      what: "the request in the log",
    });
  });

  test("gets the stop signal of its image", async () => {
    const unit = (
      await node.exec("systemctl list-units --plain --no-legend 'unitlet.*nginx*' | cut -d' ' -f1")
    ).stdout.trim();
    expect((await node.exec(["systemctl", "show", "-P", "KillSignal", unit])).stdout).toBe("3\n");
    await node.kubectl("delete", "deployment", "nginx", "--cascade=foreground");
    const journal = async () => (await node.exec(["journalctl", "--quiet", "--output=cat", "-u", unit])).stdout;
    await node.machine.until(async () => [(await journal()).includes("Deactivated successfully"), await journal()], {
      what: "its end",
    });
  });
});

test("a static Go program needs nothing beside it", async () => {
  const layer: TarEntry[] = [
    { path: "server", content: await goProgram(), mode: 0o755 },
    { path: "www/text", content: "hello\n" },
  ];
  const serve = [
    "proxy",
    "--server=http://127.0.0.1:1",
    "--port=8099",
    "--address=0.0.0.0",
    "--www=/www",
    "--www-prefix=/files/",
  ];
  await registry.push("go:1", {
    layers: [layer],
    config: { Entrypoint: ["/server"], Cmd: serve, User: "65532:65532" },
  });
  await deploy("go", {
    image: "127.0.0.1:5000/go:1",
    securityContext: { readOnlyRootFilesystem: true, runAsNonRoot: true },
    readinessProbe: { tcpSocket: { port: 8099 }, periodSeconds: 1 },
  });
  expect((await node.exec("curl -s http://127.0.0.1:8099/files/text")).stdout).toBe("hello\n");
});

test("redis keeps its data", async () => {
  await deploy("redis", {
    image: "127.0.0.1:5000/redis:7",
    readinessProbe: { tcpSocket: { port: 6379 }, periodSeconds: 1 },
  });
  expect(await enter("redis", "redis-cli", "set", "key", "value")).toBe("OK\n");
  expect(await enter("redis", "redis-cli", "get", "key")).toBe("value\n");
});

test("postgres answers questions", async () => {
  await deploy("postgres", {
    image: "127.0.0.1:5000/postgres:15",
    env: [{ name: "POSTGRES_PASSWORD", value: "secret" }],
    readinessProbe: { exec: { command: ["pg_isready", "-h", "127.0.0.1"] }, periodSeconds: 1 },
  });
  const query = "psql postgresql://postgres:secret@127.0.0.1/postgres -Atc 'select 6 * 7'";
  expect(await enter("postgres", "sh", "-c", query)).toBe("42\n");
});

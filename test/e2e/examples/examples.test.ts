import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { DebArchive } from "../../support/debs.ts";
import { Machine } from "../../support/machine.ts";
import { install, Node } from "../../support/node.ts";
import { busybox, Registry } from "../../support/registry.ts";
import { APT_TIMEOUT_MS } from "../support/debs.ts";
import { requestKubelet } from "../support/kubelet-client.ts";

vi.setConfig({ testTimeout: APT_TIMEOUT_MS });

const EXAMPLES = "docs/examples";
const LABEL = "example.com/agent=unitlet";
const TIMEOUT = "--timeout=150s";

/** The examples that a test below starts; the last test compares the list with the folder. */
const STARTED = ["web-server.yaml", "package.yaml", "image.yaml", "daemonset.yaml", "job.yaml"];
const STANDALONE = ["web.yaml", "once.yaml"];

/** The parts of Debian's redis-server that the example needs, with a program that shows its words. */
const REDIS = {
  name: "redis-server",
  files: {
    "/usr/bin/redis-server": '#!/bin/sh\necho "$(id -un): $*"\nexec sleep infinity\n',
    "/lib/systemd/system/redis-server.service":
      "[Service]\nUser=redis\nExecStart=/usr/bin/redis-server /etc/redis/redis.conf --supervised systemd --daemonize no\nRestart=always\n",
  },
  postinst: "getent passwd redis >/dev/null || useradd --system --no-create-home redis",
};

let node: Node;

beforeAll(async () => {
  const policy = { hostFiles: "all", hostAccounts: "root", packages: "signed" };
  node = await Node.join(await Cluster.up(), "examples", {
    ...{ ownDisk: true, strictPolicy: true, settings: { nodeLabels: LABEL, ...policy } },
  });
});

afterAll(() => node[Symbol.asyncDispose]());

const text = (example: string) => readFileSync(`${EXAMPLES}/${example}`, "utf8");

/** Applies an example as it is, without any change. */
async function apply(example: string): Promise<void> {
  await node.cluster.apply(text(example), node.namespace);
  await node.sync();
}

/** Waits until the port answers, and returns the answer. */
async function page(machine: Machine, port: number): Promise<string> {
  const ask = () => machine.exec(`curl -sf http://127.0.0.1:${port}/`);
  return (await machine.until(ask, { what: `an answer of port ${port}` })).stdout;
}

/** Waits until the first pod of a workload has written something, and returns it. */
async function logOf(workload: string): Promise<string> {
  const journal = `journalctl --namespace=unitlet.${node.namespace}`;
  const written = async () => {
    const { stdout } = await node.exec(
      `${journal} --sync; ${journal} --quiet --output=cat --unit='unitlet.${node.namespace}.${workload}-*.service' _TRANSPORT=stdout`,
    );
    return [stdout !== "", stdout] as const;
  };
  return (await node.machine.until(written, { what: `output of ${workload}` }))[1];
}

test("web-server.yaml serves the page of its ConfigMap", async () => {
  await apply("web-server.yaml");
  await node.kubectl("rollout", "status", "deployment/web-server", TIMEOUT);
  expect(await page(node.machine, 8080)).toBe("Hello from a ConfigMap.\n");
});

test("package.yaml runs the service of the package, with the pod's arguments", async () => {
  const archive = await DebArchive.start(node.machine);
  await archive.add(REDIS);
  await apply("package.yaml");
  await node.kubectl("rollout", "status", "deployment/redis", TIMEOUT);
  expect(await logOf("redis")).toBe(
    "redis: /etc/redis/redis.conf --supervised systemd --daemonize no --maxmemory 48mb\n",
  );
});

test("image.yaml serves a page from an image", async () => {
  const registry = await Registry.start(node.machine);
  const config = { Cmd: ["sh"], Env: ["PATH=/bin"] };
  await registry.push("library/busybox:1.37", { layers: [await busybox()], config });
  const mirror = `[[registry]]\nlocation = "docker.io"\n[[registry.mirror]]\nlocation = "${registry.address}"\ninsecure = true\n`;
  await node.machine.write("/etc/containers/registries.conf.d/mirror.conf", mirror);
  await apply("image.yaml");
  await node.kubectl("rollout", "status", "deployment/image", TIMEOUT);
  expect(await page(node.machine, 8081)).toBe("Hello from an image.\n");
});

test("daemonset.yaml runs on the node and reports its disk", async () => {
  await apply("daemonset.yaml");
  await node.kubectl("rollout", "status", "daemonset/disk-report", TIMEOUT);
  expect(await logOf("disk-report")).toMatch(/^examples: +\d\S* available\n/);
});

test("job.yaml packs /etc into the directory of the host, without the agent's files", async () => {
  await apply("job.yaml");
  await node.kubectl("wait", "--for=condition=Complete", "job/backup-etc", TIMEOUT);
  const { stdout } = await node.exec("tar --list --file=/var/backups/unitlet/etc.tar.gz");
  expect(stdout.split("\n")).toContain("etc/hostname");
  expect(stdout).not.toMatch(/^etc\/unitlet\/./m);
});

test("the node serves the metrics that prometheus-rules.yaml and grafana-dashboard.json name", async () => {
  const named = `${text("prometheus-rules.yaml")}${text("grafana-dashboard.json")}`.match(/\bunitlet_\w+(?=[ ){[])/g);
  const { status, body } = await requestKubelet(node, "/metrics");
  expect(status).toBe(200);
  // A counter without samples is not served, and no step need fail on this node.
  const served = new Set(["unitlet_failed_steps_total", ...[...body.matchAll(/^(\w+)/gm)].map(([name]) => name)]);
  expect(named).toContain("unitlet_degraded");
  expect([...new Set(named)].filter((name) => !served.has(name))).toEqual([]);
});

test("standalone/ runs on a host without a cluster", async () => {
  await using machine = await Machine.boot("examples-alone", { net: "private" });
  await install(machine);
  for (const name of STANDALONE) await machine.write(`/etc/unitlet/manifests/${name}`, text(`standalone/${name}`));
  await machine.exec("systemctl start unitlet-sync");
  expect(await page(machine, 8082)).toBe("Hello from a standalone host.\n");
  const unit = "unitlet.default.greeting.greeting.service";
  const journal = "journalctl --namespace=unitlet.default";
  const greeting = async () => {
    const { stdout } = await machine.exec(`${journal} --sync; ${journal} -q -o cat -u ${unit} _TRANSPORT=stdout`);
    return [stdout !== "", stdout] as const;
  };
  const [, said] = await machine.until(greeting, { what: "the output of once.yaml" });
  expect(said).toBe("Hello from a pod that runs once.\n");
});

test("every manifest of the folder is started above", () => {
  const manifests = (folder: string) => readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  expect(manifests(EXAMPLES).toSorted()).toEqual([...STARTED, "prometheus-rules.yaml"].toSorted());
  expect(manifests(`${EXAMPLES}/standalone`).toSorted()).toEqual([...STANDALONE].toSorted());
});

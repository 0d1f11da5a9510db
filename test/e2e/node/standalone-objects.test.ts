import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";

const POD_FILE = "/etc/unitlet/manifests/pod.yaml";
const DATA_FILE = "/etc/unitlet/manifests/data.yaml";
const WORKLOADS_FILE = "/etc/unitlet/manifests/workloads.yaml";
const UNIT = "unitlet.default.user.main.service";

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("standalone-objects", { net: "private" });
  await install(machine);
});

afterAll(() => machine[Symbol.asyncDispose]());

const CONFIG_MAP = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "app" }, data: { color: "blue" } };
const SECRET = { apiVersion: "v1", kind: "Secret", metadata: { name: "app" }, stringData: { key: "hunter2" } };
const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "user" },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: "main",
        image: "host",
        command: ["sh", "-c", 'while :; do echo "$color $(cat /run/app/key)"; sleep 1; done'],
        envFrom: [{ configMapRef: { name: "app" } }],
        volumeMounts: [{ name: "app", mountPath: "/run/app" }],
      },
    ],
    volumes: [{ name: "app", secret: { secretName: "app" } }],
  },
};

/** Returns a workload of pods that say their names and run. */
function workload(kind: string, name: string, spec: object, container: object = {}): object {
  const command = ["sh", "-c", 'echo "I am $NAME"; exec sleep infinity', "sh"];
  const env = [{ name: "NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }];
  const template = {
    metadata: { labels: { app: name } },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name: "main", command, env, ...container }] },
  };
  const selector = { matchLabels: { app: name } };
  return { apiVersion: "apps/v1", kind, metadata: { name }, spec: { selector, template, ...spec } };
}

const SET = workload("StatefulSet", "db", { replicas: 2, serviceName: "db" });
const JOB = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "once" },
  spec: {
    template: {
      spec: { restartPolicy: "Never", containers: [{ name: "main", command: ["sh", "-c", "echo once"] }] },
    },
  },
};

/** Writes a file of manifests, and lets a run read it. */
async function place(path: string, mode: number, ...documents: readonly object[]): Promise<void> {
  await machine.write(path, documents.map((each) => JSON.stringify(each)).join("\n---\n"), mode);
  await sync();
}

async function sync(): Promise<void> {
  await machine.exec("systemctl start unitlet-sync && systemctl start unitlet-sync", { allowFailure: true });
}

const output = async (command: string) => (await machine.exec(command)).stdout;

async function says(words: string): Promise<void> {
  const log = `journalctl --namespace=unitlet.default -q -o cat -u ${UNIT} _TRANSPORT=stdout`;
  await machine.until(async () => (await output(log)).endsWith(`${words}\n`), {
    what: `the container to say ${words}`,
  });
}

/** Waits until a command prints what matches all of these patterns. */
async function untilOutput(command: string, ...patterns: readonly RegExp[]): Promise<void> {
  const look = async () => {
    const text = await output(command);
    return [patterns.every((each) => each.test(text)), text] as const;
  };
  await machine.until(look, { what: `${command}: ${patterns.join(", ")}` });
}

const untilStatus = (...lines: readonly RegExp[]) => untilOutput("unitlet status", ...lines);

const ALL_READY = [
  /^default +Deployment +web +2\/2 +2$/m,
  /^default +StatefulSet +db +2\/2 +2$/m,
  /^default +Job +once +1\/1 +Complete$/m,
];

/** Names of the units of a Deployment's containers. */
async function unitsOf(deployment: string): Promise<readonly string[]> {
  const files = await output(`cd /etc/systemd/system && ls -d unitlet.default.${deployment}-*.service || true`);
  return files.split("\n").filter((name) => name !== "");
}

test("a pod waits for the ConfigMap and the Secret that it names", async () => {
  await place(POD_FILE, 0o644, POD);
  const because = /default\/user main: ContainerCreating: .*"app" not found in \/etc\/unitlet\/manifests/;
  await machine.until(async () => because.test(await output("unitlet status")), { what: "what the pod waits for" });
});

test("a Secret in a file that others can read is not used, and not shown", async () => {
  await place(DATA_FILE, 0o644, CONFIG_MAP, SECRET);
  const said = await output("journalctl --sync; journalctl -q -o cat -u unitlet-sync");
  expect(said).toMatch(/data.yaml:3: kind: other users can read this file, so its Secret is not used: chmod 600 \S+/);
  expect(said).not.toContain("hunter2");
});

test("the container gets its variables of the ConfigMap, and its files of the Secret", async () => {
  await machine.exec(["chmod", "600", DATA_FILE]);
  await sync();
  await says("blue hunter2");
});

test("a changed Secret reaches the files of a container that runs", async () => {
  const invocation = `systemctl show -P InvocationID ${UNIT}`;
  const before = await output(invocation);
  await place(DATA_FILE, 0o600, CONFIG_MAP, { ...SECRET, stringData: { key: "another" } });
  await says("blue another");
  expect(await output(invocation)).toBe(before);
});

describe("workloads of the directory", () => {
  test("a Deployment has its replicas, a StatefulSet its names, and a Job runs once", async () => {
    await place(WORKLOADS_FILE, 0o644, workload("Deployment", "web", { replicas: 2 }), SET, JOB);
    await untilStatus(...ALL_READY);
    expect(await output("systemctl list-units --plain --no-legend 'unitlet.default.db-*.service'")).toMatch(
      /^unitlet\.default\.db-0\.main\.service .*\nunitlet\.default\.db-1\.main\.service .*\n$/,
    );
    await untilOutput("journalctl --namespace=unitlet.default -q -o cat _TRANSPORT=stdout", /^I am db-1$/m);
  });

  test("a run with nothing to do changes nothing", async () => {
    await untilOutput("unitlet plan || true", /^Nothing to do\.\n$/);
  });

  test("a template that does not get ready leaves the old pods, and the plan, the journal and the status tell", async () => {
    const before = await unitsOf("web");
    const deaf = { readinessProbe: { exec: { command: ["false"] }, periodSeconds: 1 } };
    const broken = workload("Deployment", "web", { replicas: 2, progressDeadlineSeconds: 2 }, deaf);
    await machine.write("/root/web.json", JSON.stringify(broken));
    const plan = await machine.exec("unitlet plan -f /root/web.json", { allowFailure: true });
    expect(plan.stdout).toMatch(/^ {2}\+ unitlet\.default\.web-[0-9a-f]{10}-[0-9a-f]{5}\.main\.service: /m);
    await place(WORKLOADS_FILE, 0o644, broken, SET, JOB);
    await untilStatus(/^default\/web Deployment: ProgressDeadlineExceeded: ReplicaSet "web-/m);
    expect(await unitsOf("web")).toEqual(expect.arrayContaining([...before]));
    await untilOutput(
      "journalctl --sync; journalctl -q -o cat -u unitlet-sync",
      /ask for because="deployment default\/web: /,
    );
  });

  test("the next template replaces all pods, and the problem is over", async () => {
    const before = await unitsOf("web");
    await place(WORKLOADS_FILE, 0o644, workload("Deployment", "web", { replicas: 2 }, { args: ["again"] }), SET, JOB);
    await machine.until(
      async () => {
        const units = await unitsOf("web");
        return [units.length === 2 && units.every((unit) => !before.includes(unit)), units.join(" ")];
      },
      { what: "two new pods" },
    );
    await untilStatus(...ALL_READY, /^(?![\s\S]*ProgressDeadlineExceeded)/);
  });
});

test("the pod is back after a reboot, with the same values", async () => {
  await machine.reboot();
  await says("blue another");
});

test("the workloads are back after the reboot, and the Job did not run again", async () => {
  await untilStatus(...ALL_READY);
  const log = "journalctl --namespace=unitlet.default -q -o cat -u 'unitlet.default.once-*' _TRANSPORT=stdout";
  expect(await output(log)).toBe("once\n");
});

test("without their file the pods of the workloads are stopped and removed", async () => {
  await machine.exec(["rm", WORKLOADS_FILE]);
  await sync();
  await untilStatus(/^(?![\s\S]*(web|db|once))/);
  await untilOutput("ls /var/lib/unitlet/workloads", /^$/);
});

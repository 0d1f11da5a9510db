import { afterAll, beforeAll, expect, test } from "vitest";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";

const POD_FILE = "/etc/unitlet/manifests/pod.yaml";
const DATA_FILE = "/etc/unitlet/manifests/data.yaml";
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

test("the pod is back after a reboot, with the same values", async () => {
  await machine.reboot();
  await says("blue another");
});

import type { V1EnvVar } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { until } from "../../support/until.ts";
import { type Container, pod, shell } from "../support/manifests.ts";

const SECRET = "uP4aeghe-known-to-the-pod-alone";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "environment");
  await node.apply(
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "map" },
      data: { PLAIN: "it's\ntwo lines", "data-1": "odd" },
    },
    { apiVersion: "v1", kind: "Secret", metadata: { name: "keys" }, stringData: { password: SECRET } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "my-db" },
      spec: { ports: [{ port: 5432 }], selector: { a: "b" } },
    },
  );
  await node.run(
    labelled(pod(node, "sourced", printing({ env: SOURCED, envFrom: FROM }), { restartPolicy: "Never" })),
    pod(node, "alone", printing({}), { restartPolicy: "Never", enableServiceLinks: false }),
    pod(node, "words", shell("exec sleep infinity", { env: [PASSWORD], args: ["$(PASSWORD)"] })),
    pod(node, "missing", printing({ env: [keyOf("later", "K")] }), { restartPolicy: "Never" }),
    pod(node, "keyless", printing({ env: [keyOf("map", "none")] }), { restartPolicy: "Never" }),
  );
});

afterAll(() => node[Symbol.asyncDispose]());

const keyOf = (name: string, key: string): V1EnvVar => ({ name: "A", valueFrom: { configMapKeyRef: { name, key } } });
const field = (name: string, fieldPath: string): V1EnvVar => ({ name, valueFrom: { fieldRef: { fieldPath } } });
const PASSWORD: V1EnvVar = { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "keys", key: "password" } } };
const FROM = [{ configMapRef: { name: "map" } }, { prefix: "x.", configMapRef: { name: "map" } }];
const SOURCED: V1EnvVar[] = [
  PASSWORD,
  field("NAME", "metadata.name"),
  field("LABEL", "metadata.labels['app']"),
  field("NODE", "spec.nodeName"),
  field("POD_IP", "status.podIP"),
  { name: "LIMIT", valueFrom: { resourceFieldRef: { resource: "limits.memory", divisor: "1Mi" } } },
  { name: "JOINED", value: "$(NAME)-$(data-1)-$(MY_DB_SERVICE_PORT)-$(NONE)-$$(NAME)" },
  { name: "1 odd: name", value: "as it is" },
  { name: "SHLVL", value: "7" },
];

/** Prints its environment byte by byte: no shell comes in between, and no value can be taken for two. */
function printing(rest: Container): Container {
  const command = ["/usr/bin/od", "-An", "-v", "-tx1", "/proc/self/environ"];
  return { command, resources: { limits: { memory: "64Mi" } }, ...rest };
}

function labelled(object: object): object {
  return { ...object, metadata: { name: "sourced", labels: { app: "web" } } };
}

async function environment(name: string): Promise<Record<string, string>> {
  await node.container(name, ({ state }) => state?.terminated !== undefined);
  const text = Buffer.from((await node.log(name)).replace(/\s/g, ""), "hex").toString();
  const pairs = text.split("\0").filter((each) => each !== "");
  return Object.fromEntries(pairs.map((each) => [each.slice(0, each.indexOf("=")), each.slice(each.indexOf("=") + 1)]));
}

test("a container has what its pod takes from elsewhere, under any name", async () => {
  const seen = await environment("sourced");
  const address = (await node.get("sourced"))?.status?.podIP;
  expect(address).toMatch(/^[0-9.]+$/);
  expect(seen).toMatchObject({
    PASSWORD: SECRET,
    NAME: "sourced",
    LABEL: "web",
    NODE: node.name,
    POD_IP: address,
    LIMIT: "64",
    JOINED: "sourced-odd-5432-$(NONE)-$(NAME)",
    PLAIN: "it's\ntwo lines",
    "data-1": "odd",
    "x.data-1": "odd",
    "1 odd: name": "as it is",
    SHLVL: "7",
    MY_DB_SERVICE_PORT: "5432",
  });
});

test("and nothing that only systemd, a shell or perl would have given it", async () => {
  const { KUBERNETES_SERVICE_HOST, ...rest } = await environment("alone");
  expect(KUBERNETES_SERVICE_HOST).toMatch(/^[0-9.]+$/);
  const others = Object.keys(rest).filter((name) => !name.startsWith("KUBERNETES_"));
  expect(others.toSorted()).toEqual(["HOME", "HOSTNAME", "PATH"]);
});

test("what is missing is reported in the kubelet's words, and provided when it appears", async () => {
  const waiting = async (name: string) =>
    (await node.container(name, ({ state }) => state?.waiting?.reason === "CreateContainerConfigError")).state?.waiting;
  expect((await waiting("missing"))?.message).toBe('configmap "later" not found');
  expect((await waiting("keyless"))?.message).toBe(`couldn't find key none in ConfigMap ${node.namespace}/map`);
  await node.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "later" }, data: { K: "here" } });
  expect(await environment("missing")).toMatchObject({ A: "here" });
});

test("what an init container has written is there for the others", async () => {
  const volumeMounts = [{ name: "v", mountPath: "/run/v" }];
  const env: V1EnvVar[] = [{ name: "A", valueFrom: { fileKeyRef: { volumeName: "v", path: "vars", key: "A" } } }];
  const first = { name: "first", image: "host", ...shell("echo \"A='made'\" >/run/v/vars", { volumeMounts }) };
  const spec = { initContainers: [first], volumes: [{ name: "v", emptyDir: {} }], restartPolicy: "Never" };
  await node.run(pod(node, "from-file", printing({ env }), spec));
  expect(await environment("from-file")).toMatchObject({ A: "made" });
});

test("a value of a Secret that is not UTF-8 arrives byte by byte, under an ordinary name and under an odd one", async () => {
  const data = { raw: Buffer.from([0xff, 0x41, 0x27, 0x0a, 0xc3]).toString("base64") };
  await node.apply({ apiVersion: "v1", kind: "Secret", metadata: { name: "raw" }, data });
  const env = [
    { ...PASSWORD, name: "RAW", valueFrom: { secretKeyRef: { name: "raw", key: "raw" } } },
    { name: "odd-name", value: "<$(RAW)>" },
  ];
  await node.run(pod(node, "raw", printing({ env }), { restartPolicy: "Never" }));
  await node.container("raw", ({ state }) => state?.terminated !== undefined);
  const variables = (await node.log("raw")).replace(/\s/g, "").split("00");
  const hex = (text: string) => Buffer.from(text).toString("hex");
  expect(variables).toContain(`${hex("RAW=")}ff41270ac3`);
  expect(variables).toContain(`${hex("odd-name=<")}ff41270ac3${hex(">")}`);
});

test("a Secret that becomes one of the program's words is in no unit and in no journal", async () => {
  await node.container("words", ({ ready }) => ready === true);
  const places = `{ cat /etc/systemd/system/unitlet*; journalctl --namespace='*'; systemctl show 'unitlet*'; grep -rs . /var/lib/unitlet; } 2>/dev/null`;
  const { stdout } = await node.exec(`${places} | tr '\\0' '\\n'`);
  expect(stdout).toContain(node.unit("words"));
  expect(stdout).not.toContain(SECRET);
});

test("a container that is started again has what is there by then", async () => {
  await node.run(pod(node, "again", shell("echo $A; sleep 1; exit 1", { env: [keyOf("map", "data-1")] })));
  await until(async () => (await node.log("again")).includes("odd"), { what: "its first words" });
  await node.kubectl("patch", "configmap", "map", "--patch", '{"data":{"data-1":"new"}}');
  await node.syncWithExpiredReferences();
  await until(async () => (await node.log("again")).includes("new"), {
    what: "what it says after that",
  });
});

test("what a pod sets is for its program, and not for the helpers that run as root outside its sandbox", async () => {
  // Whatever loads the dynamic linker with these writes /opt/spied.PID, if it may: the container may not, a helper might.
  const env = [
    { name: "LD_DEBUG", value: "libs" },
    { name: "LD_DEBUG_OUTPUT", value: "/opt/spied" },
    { name: "PATH", value: "/nowhere" },
  ];
  const script = shell("exit 3", { command: ["/bin/sh", "-c", "exit 3"], env });
  await node.run(pod(node, "spy", script, { restartPolicy: "Never" }));
  const { state } = await node.container("spy", (status) => status.state?.terminated);
  expect(state?.terminated).toMatchObject({ exitCode: 3, reason: "Error" });
  const { stdout } = await node.machine.exec("ls -d /opt/spied*", { allowFailure: true });
  expect(stdout).toBe("");
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";
import type { RunResult } from "../../support/run.ts";

const MANIFESTS = "/etc/unitlet/manifests";
const CONFIG = "/etc/unitlet/unitlet.conf";

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("standalone", { net: "private" });
  await install(machine);
});

afterAll(() => machine[Symbol.asyncDispose]());

function manifest(name: string, script: string, spec: object = {}): object {
  const containers = [{ name: "main", image: "host", command: ["sh", "-c", script] }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: { terminationGracePeriodSeconds: 1, containers, ...spec },
  };
}

const say = (words: string) => `echo ${words}; exec sleep infinity`;
const unit = (name: string) => `unitlet.default.${name}.main.service`;

/** A file of manifests, and a look at it. */
async function place(file: string, ...documents: readonly (string | object)[]): Promise<void> {
  const text = documents.map((each) => (typeof each === "string" ? each : JSON.stringify(each))).join("\n---\n");
  await machine.write(`${MANIFESTS}/${file}`, text);
  await sync();
}

function sync(): Promise<RunResult> {
  return machine.exec("systemctl start unitlet-sync && systemctl start unitlet-sync", { allowFailure: true });
}

async function log(name: string): Promise<string> {
  return (
    await machine.exec([
      "journalctl",
      "--namespace=unitlet.default",
      "-q",
      "-o",
      "cat",
      "-u",
      unit(name),
      "_TRANSPORT=stdout",
    ])
  ).stdout;
}

async function journal(): Promise<string> {
  return (await machine.exec("journalctl --sync; journalctl -q -o cat -u unitlet-sync")).stdout;
}

async function property(name: string, of: string): Promise<string> {
  return (await machine.exec(["systemctl", "show", "--value", "--property", of, unit(name)])).stdout.trim();
}

async function isUp(name: string, words: string): Promise<void> {
  await machine.until(async () => (await log(name)).endsWith(`${words}\n`), {
    what: `${name} to say ${words}`,
  });
  expect(await property(name, "ActiveState")).toBe("active");
}

const YAML = `
apiVersion: v1
kind: Pod
metadata:
  name: yaml
spec:
  containers:
    - name: main
      command: [sh, -c, 'echo "$GREETING"; exec sleep infinity']
      env: [{name: GREETING, value: "from YAML"}]
`;

describe("a host without a cluster", () => {
  test("runs the pods of its manifests, several to a file, YAML or JSON", async () => {
    await place("web.yaml", YAML, manifest("second", say("second")));
    await place("other.json", manifest("json", say("json")));
    await isUp("yaml", "from YAML");
    await isUp("second", "second");
    await isUp("json", "json");
  });

  test("says what runs", async () => {
    const { stdout } = await machine.exec(["unitlet", "status"]);
    expect(stdout).toMatch(
      /^Node standalone: standalone, manifests in \/etc\/unitlet\/manifests\nNAMESPACE +POD +PHASE +CONTAINER +STATE +RESTARTS +AGE\n/,
    );
    expect(stdout).toMatch(/^default +json +Running +main +running +0 +\d+s$/m);
  });

  test("says why a pod does not run, and how one has ended", async () => {
    const volumes = [{ name: "none", hostPath: { path: "/none", type: "Directory" } }];
    const volumeMounts = [{ name: "none", mountPath: "/mnt" }];
    const containers = [{ name: "main", image: "host", command: ["sleep", "1"], volumeMounts }];
    await place(
      "stuck.yaml",
      manifest("waits", "", { containers, volumes }),
      manifest("rejected", say("never"), { os: { name: "windows" } }),
      manifest("over", "exit 0", { restartPolicy: "Never" }),
    );
    const status = async () => (await machine.exec(["unitlet", "status"])).stdout;
    await machine.until(async () => [/over +Succeeded/.test(await status()), await status()], {
      what: "the end of over",
    });
    const text = await status();
    expect(text).toMatch(/^default +rejected +Failed +- +\w+ +- +-$/m);
    expect(text).toMatch(/^default\/rejected: \w+: Pod was rejected: /m);
    expect(text).toMatch(/^default\/waits main: ContainerCreating: .*\/none/m);
    await machine.exec(["rm", `${MANIFESTS}/stuck.yaml`]);
    await sync();
  });

  test("replaces a pod whose manifest changed, and no other", async () => {
    const before = await property("json", "InvocationID");
    await place("web.yaml", YAML.replace("from YAML", "again"));
    await isUp("yaml", "again");
    expect(await property("json", "InvocationID")).toBe(before);
  });

  test("removes the pods whose manifests are gone", async () => {
    const isGone = async (name: string) => (await property(name, "LoadState")) === "not-found";
    await machine.until(() => isGone("second"), { what: "no unit of second" });
    // This one ignores TERM and has one second.
    await place("deaf.json", manifest("deaf", "trap '' TERM; echo up; while sleep 0.2; do echo tick; done"));
    await isUp("deaf", "tick");
    const before = (await log("deaf")).length;
    await machine.exec(["rm", `${MANIFESTS}/other.json`, `${MANIFESTS}/deaf.json`]);
    await sync();
    await machine.until(async () => (await isGone("json")) && (await isGone("deaf")), { what: "no unit of them" });
    expect((await log("deaf")).length - before).toBeLessThan("tick\n".length * 75);
  });

  test("ends nothing because the directory of manifests is gone", async () => {
    const before = await property("yaml", "InvocationID");
    await machine.exec(["mv", MANIFESTS, "/root/elsewhere"]);
    await sync();
    expect(await journal()).toMatch(
      /nothing is removed because=".*no directory \/etc\/unitlet\/manifests: create it"\n/,
    );
    await machine.exec(["mv", "/root/elsewhere", MANIFESTS]);
    await sync();
    expect(await property("yaml", "InvocationID")).toBe(before);
  });

  test("runs what is to run once once, also after a reboot, and the others again", async () => {
    await place("once.yaml", manifest("once", "echo once", { restartPolicy: "Never" }));
    await machine.until(async () => (await log("once")) === "once\n", { what: "its word" });
    await sync();
    await machine.reboot();
    await machine.until(async () => (await log("yaml")).endsWith("again\nagain\n"), { what: "yaml to run again" });
    await sync();
    expect(await log("once")).toBe("once\n");
  });
});

describe("a bad manifest", () => {
  test.each([
    ["broken.yaml", "kind: Pod\n  metadata: [", /broken.yaml:2: is not YAML/],
    ["role.yaml", "apiVersion: v1\nkind: Role\nmetadata: {name: x}\n", /role.yaml:2: kind: expected .*Pod/],
    [
      "typo.yaml",
      JSON.stringify({ ...manifest("typo", "true"), spec: { containers: [] } }),
      /typo.yaml:1: .*spec.containers: expected at least one container/,
    ],
    ["slip.yaml", `${YAML}  imagePullSecrets: a`, /slip.yaml:\d+: spec.imagePullSecrets: expected a list/],
  ])("%s is named, and harms no other", async (file, text, named) => {
    const [before, name] = [await property("yaml", "InvocationID"), file.replace(".yaml", "-neighbour")];
    await machine.write(`${MANIFESTS}/${file}`, text);
    await place(`${name}.yaml`, manifest(name, say("one")));
    await isUp(name, "one");
    await place(`${name}.yaml`, manifest(name, say("two")));
    await isUp(name, "two");
    expect(await property("yaml", "InvocationID")).toBe(before);
    expect(await journal()).toMatch(named);
    await machine.exec(["rm", `${MANIFESTS}/${file}`]);
  });

  test("field is named, with what to do about it", async () => {
    await place("kata.yaml", manifest("kata", "true", { runtimeClassName: "kata" }));
    expect(await journal()).toMatch(/pod=default\/kata.* reason=UnsupportedField .*spec.runtimeClassName .+: .+/);
  });
});

test.each([
  ["colour = blue", /unitlet.conf: colour: unknown key; expected one of nodeName, kubeconfig, /],
  ["maxPods = many", /unitlet.conf: maxPods = many: expected a whole number from 1 to 1000/],
  ["[section]\nmaxPods = 5", /unitlet.conf: \[section\]: there are no sections; write key = value lines/],
])("a bad setting (%s) is named and ends the run with 78, and the pods run on", async (text, named) => {
  const [before, good] = [await property("yaml", "InvocationID"), await machine.read(CONFIG)];
  await machine.write(CONFIG, text);
  await sync();
  // While another one runs it is 0.
  const status = async () => (await machine.exec("systemctl show -P ExecMainStatus unitlet-sync")).stdout;
  await machine.until(async () => [(await status()) === "78\n", await status()], { what: "a run that has ended so" });
  expect(await journal()).toMatch(named);
  expect(await property("yaml", "InvocationID")).toBe(before);
  await machine.write(CONFIG, good);
  await machine.until(async () => (await sync()).code === 0, { what: "a run that ends well" });
});

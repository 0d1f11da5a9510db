import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";

const MANIFESTS = "/etc/unitlet/manifests";

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("standalone-verbs", { net: "private" });
  await install(machine);
  await machine.write(`${MANIFESTS}/all.json`, OBJECTS.map((each) => JSON.stringify(each)).join("\n---\n"), 0o600);
  await untilOutput("unitlet get pods", /^web +1\/1 +Running +0 /m, /^crash +0\/1 +(Error|CrashLoopBackOff) /m);
});

afterAll(() => machine[Symbol.asyncDispose]());

const SCRIPT = 'echo "first of $NAME"; echo second; trap "exit 0" TERM; while :; do sleep 0.1; done';
const NAME = { name: "NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } };

function pod(name: string, script: string, more: object = {}): object {
  const spec = {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: "main", image: "host", command: ["sh", "-c", script], env: [NAME] }],
  };
  return { apiVersion: "v1", kind: "Pod", metadata: { name, labels: { app: name } }, spec: { ...spec, ...more } };
}

const OBJECTS = [
  pod("web", SCRIPT),
  pod("crash", "echo before the end; exit 3"),
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "front" },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "front" } },
      template: {
        metadata: { labels: { app: "front" } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: "main", image: "host", command: ["sleep", "infinity"] }],
        },
      },
    },
  },
  { apiVersion: "v1", kind: "Secret", metadata: { name: "key" }, stringData: { key: "hunter2" } },
];

const output = async (command: string) => (await machine.exec(command)).stdout;

/** Waits until a command prints what matches all of these patterns. */
async function untilOutput(command: string, ...patterns: readonly RegExp[]): Promise<void> {
  const look = async () => {
    const { stdout, stderr } = await machine.exec(command, { allowFailure: true });
    return [patterns.every((each) => each.test(stdout)), stdout + stderr] as const;
  };
  await machine.until(look, { what: `${command}: ${patterns.join(", ")}` });
}

describe("get", () => {
  test("a Deployment with its pods, by label", async () => {
    await untilOutput(
      "unitlet get all -l app=front",
      /^NAME +READY +STATUS +RESTARTS +AGE\n(pod\/front-\S+ +1\/1 +Running +0 +\d+s\n){2}$/,
    );
    await untilOutput(
      "unitlet get deploy",
      /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nfront +2\/2 +2 +2 +\d+m?\d*s\n$/,
    );
  });

  test("names, and what was not found, with exit status 1", async () => {
    const { stdout, stderr, code } = await machine.exec("unitlet get pod web absent -o name", { allowFailure: true });
    expect([stdout, stderr, code]).toEqual(["pod/web\n", 'Error (NotFound): pods "absent" not found\n', 1]);
  });

  test("an empty namespace, with exit status 0", async () => {
    const { stdout, stderr } = await machine.exec("unitlet get pods -n other");
    expect([stdout, stderr]).toEqual(["", "No resources found in other namespace.\n"]);
  });

  test("a pod in JSON has its status, and a Secret its values in base64", async () => {
    expect(JSON.parse(await output("unitlet get pod web -o json"))).toMatchObject({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web", namespace: "default" },
      status: { phase: "Running" },
    });
    expect(await output("unitlet get secret key -o yaml")).toContain("data:\n  key: aHVudGVyMg==\n");
  });

  test("-w shows a pod again when it changes", async () => {
    await machine.exec("systemd-run -q --unit=watch sh -c 'exec unitlet get pods -w --no-headers >/root/watch'");
    await untilOutput("cat /root/watch", /^web +1\/1 +Running +0 /m);
    await machine.exec("systemctl kill --signal=KILL unitlet.default.web.main.service");
    await untilOutput("cat /root/watch", /^web +1\/1 +Running +1 /m);
    await machine.exec("systemctl stop watch");
  });
});

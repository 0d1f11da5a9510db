import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { type Container, SLEEP, shell, template } from "../support/manifests.ts";

/** Several pods after one another, each of which a busy computer may keep waiting. */
const TIMEOUT = "--timeout=200s";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "controllers", { timerInterval: "500ms" });
  await node.apply(cronJob("every-minute", "* * * * *"), cronJob("by-hand", "0 0 1 1 *"));
});

afterAll(() => node[Symbol.asyncDispose]());

function controller(kind: string, name: string, container: Container, spec: object = {}): object {
  const selector = { matchLabels: { app: name } };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name },
    spec: { selector, template: template(node, name, container), ...spec },
  };
}

function job(name: string, script: string, restartPolicy: string, spec: object): object {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name },
    spec: { template: template(node, name, shell(script), { restartPolicy }), ...spec },
  };
}

function cronJob(name: string, schedule: string): object {
  const { spec } = job(name, "echo on time", "Never", {}) as { spec: object };
  return { apiVersion: "batch/v1", kind: "CronJob", metadata: { name }, spec: { schedule, jobTemplate: { spec } } };
}

/** name → UID of what the controller runs at the moment. */
async function pods(app: string): Promise<Record<string, string>> {
  const output = await node.kubectl(
    "get",
    "pods",
    `--selector=app=${app}`,
    "-o",
    'jsonpath={range .items[*]}{.metadata.name} {.metadata.uid}{"\\n"}{end}',
  );
  return Object.fromEntries(
    output
      .trim()
      .split("\n")
      .map((line) => line.split(" ")),
  );
}

/** Until there are just the units on the machine that say these words. */
async function waitForGreeting(...words: readonly string[]): Promise<void> {
  const say = `for unit in $(systemctl list-units --plain --no-legend 'unitlet.*.web-*' | cut -d' ' -f1); do journalctl --namespace=unitlet.${node.namespace} -q -o cat -n 1 -u $unit _TRANSPORT=stdout; done`;
  await waitForLine(say, words.map((word) => `${word}\n`).join(""));
}

async function waitForLine(command: string, expected: string): Promise<void> {
  const poll = async () => {
    const { stdout } = await node.exec(command);
    return [stdout === expected, stdout];
  };
  await node.machine.until(poll, { what: expected });
}

describe("a Deployment", () => {
  const web = shell('echo "$GREETING"; exec sleep infinity', { env: [{ name: "GREETING", value: "one" }] });
  const rolledOut = () => node.kubectl("rollout", "status", "deployment/web", TIMEOUT);

  test("rolls out", async () => {
    await node.apply(controller("Deployment", "web", web, { replicas: 2 }));
    expect(await rolledOut()).toContain('deployment "web" successfully rolled out');
    await waitForGreeting("one", "one");
  });

  test("scales up and down", async () => {
    await node.kubectl("scale", "deployment/web", "--replicas=4");
    await rolledOut();
    await waitForGreeting("one", "one", "one", "one");
    await node.kubectl("scale", "deployment/web", "--replicas=2");
    await node.kubectl("wait", "deployment/web", "--for=jsonpath={.status.replicas}=2", TIMEOUT);
    await waitForGreeting("one", "one");
  });

  test("updates pod by pod", async () => {
    await node.kubectl("set", "env", "deployment/web", "GREETING=two");
    await rolledOut();
    await waitForGreeting("two", "two");
  });

  test("rolls back", async () => {
    await node.kubectl("rollout", "undo", "deployment/web");
    await rolledOut();
    await waitForGreeting("one", "one");
  });
});

describe("a StatefulSet", () => {
  const rolledOut = () => node.kubectl("rollout", "status", "statefulset/db", TIMEOUT);

  test("starts its pods one after the other, with their names", async () => {
    await node.apply(controller("StatefulSet", "db", SLEEP, { replicas: 2, serviceName: "db" }));
    await rolledOut();
    const [first, second] = [await node.get("db-0"), await node.get("db-1")];
    const ready = first?.status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime;
    expect(Date.parse(String(second?.metadata?.creationTimestamp))).toBeGreaterThanOrEqual(Date.parse(String(ready)));
  });

  test("gets a deleted pod back under the same name", async () => {
    const before = await pods("db");
    await node.kubectl("delete", "pod", "db-0");
    await node.until(
      "db-0",
      ({ metadata, status } = {}) => metadata?.uid !== before["db-0"] && status?.containerStatuses?.[0]?.ready,
    );
    const after = await pods("db");
    expect(Object.keys(after)).toEqual(["db-0", "db-1"]);
    expect(after["db-1"]).toBe(before["db-1"]);
    expect(after["db-0"]).not.toBe(before["db-0"]);
    expect(await node.exec(["cat", `/etc/systemd/system/${node.unit("db-0")}`])).toMatchObject({
      stdout: expect.stringContaining(`PodUID=${after["db-0"]}`),
    });
  });

  test("loses the last pod first", async () => {
    const { "db-0": first } = await pods("db");
    await node.kubectl("scale", "statefulset/db", "--replicas=1");
    await node.kubectl("wait", "pod/db-1", "--for=delete", TIMEOUT);
    expect(await pods("db")).toEqual({ "db-0": first });
  });
});

test("a DaemonSet has one pod on the node, and has it again when it is deleted", async () => {
  await node.apply(controller("DaemonSet", "agent", SLEEP));
  const rolledOut = () => node.kubectl("rollout", "status", "daemonset/agent", TIMEOUT);
  expect(await rolledOut()).toContain('daemon set "agent" successfully rolled out');
  const [before, ...others] = Object.keys(await pods("agent"));
  expect(others).toEqual([]);
  await node.kubectl("delete", "pod", "--selector=app=agent");
  await node.machine.until(async () => !["", before].includes(Object.keys(await pods("agent")).join()), {
    what: "another",
  });
  await rolledOut();
});

test("kubectl drain empties the node but for DaemonSets, and uncordon fills it again", async () => {
  const drained = await node.kubectl("drain", "controllers", "--ignore-daemonsets", TIMEOUT);
  expect(drained).toContain("node/controllers drained");
  const apps = "systemctl list-units --plain --no-legend 'unitlet.*.service' | cut -d. -f3 | cut -d- -f1 | sort -u";
  await waitForLine(apps, "agent\n");
  await node.kubectl("uncordon", "controllers");
  await node.kubectl("rollout", "status", "deployment/web", TIMEOUT);
  await node.kubectl("rollout", "status", "statefulset/db", TIMEOUT);
});

describe("a Job", () => {
  const ended = (name: string, how: string) => node.kubectl("wait", `job/${name}`, `--for=condition=${how}`, TIMEOUT);
  const condition = (name: string, type: string) =>
    node.kubectl("get", `job/${name}`, "-o", `jsonpath={.status.conditions[?(@.type=="${type}")].reason}`);

  test("completes when enough of its pods have", async () => {
    await node.apply(job("batch", "echo done", "Never", { completions: 3, parallelism: 2 }));
    await ended("batch", "complete");
    expect(await node.kubectl("get", "job/batch", "-o", "jsonpath={.status.succeeded}")).toBe("3");
    expect(await node.kubectl("get", "pods", "--selector=app=batch", "-o", "jsonpath={.items[*].status.phase}")).toBe(
      "Succeeded Succeeded Succeeded",
    );
  });

  test("fails when its pods do, more often than it allows", async () => {
    await node.apply(job("never-works", "exit 3", "Never", { backoffLimit: 0 }));
    await ended("never-works", "failed");
    expect(await condition("never-works", "Failed")).toBe("BackoffLimitExceeded");
  });

  test("counts the restarts of a container, and its pod is gone with the failure", async () => {
    await node.apply(job("restarts", "exit 3", "OnFailure", { backoffLimit: 1 }));
    await ended("restarts", "failed");
    expect(await condition("restarts", "Failed")).toBe("BackoffLimitExceeded");
    await node.kubectl("wait", "pod", "--selector=app=restarts", "--for=delete", TIMEOUT);
  });
});

describe("a CronJob", () => {
  test("makes a Job by hand", async () => {
    await node.kubectl("create", "job", "now", "--from=cronjob/by-hand");
    await node.kubectl("wait", "job/now", "--for=condition=complete", TIMEOUT);
  });

  test("makes a Job when it is time", async () => {
    await node.kubectl("wait", "cronjob/every-minute", "--for=jsonpath={.status.lastSuccessfulTime}", TIMEOUT);
  });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";

const FILE = "/etc/unitlet/manifests/all.yaml";

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.boot("standalone-rollouts", { net: "private" });
  await install(machine);
});

afterAll(() => machine[Symbol.asyncDispose]());

const output = async (command: string) => (await machine.exec(command)).stdout;

async function place(...documents: readonly object[]): Promise<void> {
  await machine.write(FILE, documents.map((each) => JSON.stringify(each)).join("\n---\n"));
  await machine.exec("systemctl start unitlet-sync && systemctl start unitlet-sync", { allowFailure: true });
}

async function untilOutput(command: string, pattern: RegExp): Promise<void> {
  const look = async () => {
    const text = await output(command);
    return [pattern.test(text), text] as const;
  };
  await machine.until(look, { what: `${command}: ${pattern}` });
}

/** A workload whose pods run and have this variable. */
function workload(kind: string, name: string, version: string, spec: object): object {
  const container = { name: "main", command: ["sleep", "infinity"], env: [{ name: "VERSION", value: version }] };
  const template = {
    metadata: { labels: { app: name } },
    spec: { terminationGracePeriodSeconds: 1, containers: [container] },
  };
  const selector = { matchLabels: { app: name } };
  return { apiVersion: "apps/v1", kind, metadata: { name }, spec: { replicas: 2, selector, template, ...spec } };
}

const JOB = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "parts" },
  spec: {
    ...{ completionMode: "Indexed", completions: 3, parallelism: 3, backoffLimitPerIndex: 0 },
    podFailurePolicy: { rules: [{ action: "FailIndex", onExitCodes: { operator: "In", values: [3] } }] },
    template: {
      spec: {
        restartPolicy: "Never",
        containers: [
          {
            name: "main",
            command: ["sh", "-c", "echo part $JOB_COMPLETION_INDEX; [ $JOB_COMPLETION_INDEX != 1 ] || exit 3"],
          },
        ],
      },
    },
  },
};

const SERVICE = { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports: [{ port: 80 }] } };

test("the pods of an Indexed Job have their indexes, and a failed index fails the Job", async () => {
  await place(JOB, SERVICE);
  await untilOutput("unitlet status", /^default +Job +parts +2\/3 +Failed$/m);
  const log = "journalctl --namespace=unitlet.default -q -o cat -u 'unitlet.default.parts-*' _TRANSPORT=stdout | sort";
  await untilOutput(log, /^part 0\npart 1\npart 2\n$/);
  expect(await output("unitlet status")).toMatch(/^default\/parts Job: FailedIndexes: Job has failed indexes$/m);
});

test("a paused Deployment and pods below a partition keep the old template", async () => {
  await place(workload("Deployment", "web", "one", {}), workload("StatefulSet", "db", "one", {}));
  await untilOutput("unitlet status", /^default +StatefulSet +db +2\/2 +2$[\s\S]*^default +Deployment +web +2\/2 +2$/m);
  await place(
    workload("Deployment", "web", "two", { paused: true }),
    workload("StatefulSet", "db", "two", { updateStrategy: { rollingUpdate: { partition: 1 } } }),
  );
  await untilOutput("unitlet status", /^default +StatefulSet +db +2\/2 +1$[\s\S]*^default +Deployment +web +2\/2 +0$/m);
});

test("without them all pods get the new one", async () => {
  await place(workload("Deployment", "web", "two", {}), workload("StatefulSet", "db", "two", {}));
  await untilOutput("unitlet status", /^default +StatefulSet +db +2\/2 +2$[\s\S]*^default +Deployment +web +2\/2 +2$/m);
});

import { expect, test } from "vitest";
import { workloadTable } from "../../src/cli/workload-table.ts";
import { document, endedWith, Host, NOW, parsed, V2 } from "../workloads/base.ts";

test("nothing without workloads", () => {
  expect(workloadTable([])).toBe("");
});

test("a row for each workload: how many pods are ready, and how many have the new template", () => {
  const set = parsed(document("StatefulSet", {}, {}, "db"));
  const host = new Host()
    .run([parsed(document("Deployment", { replicas: 2 }, {}, "web")), set])
    .ready()
    .run([parsed(document("Deployment", { replicas: 2 }, V2, "web")), set]);
  expect(workloadTable(host.states)).toBe(`
NAMESPACE  KIND         NAME  READY  UP-TO-DATE
default    StatefulSet  db    1/1    1
default    Deployment   web   2/2    1
`);
});

test("a Job shows how many of its pods have succeeded, its end, and why it has failed", () => {
  const job = parsed(document("Job", { backoffLimit: 0 }, {}, "once"));
  const host = new Host().run([job]).set(endedWith("Failed", NOW)).run([job]);
  expect(workloadTable(host.states)).toBe(`
NAMESPACE  KIND  NAME  READY  UP-TO-DATE
default    Job   once  0/1    Failed

default/once Job: BackoffLimitExceeded: Job has reached the specified backoff limit
`);
});

import { expect, test } from "vitest";
import { allPodsOf } from "../../src/workloads/all-pods.ts";
import { document, Host, parsed } from "./base.ts";

const PORTS = { hostNetwork: true, containers: [{ name: "main", ports: [{ containerPort: 80 }] }] };

test.each([
  ["a Deployment", document("Deployment", { replicas: 2 }), 2],
  ["a Deployment with a port of the host", document("Deployment", { replicas: 2 }, PORTS), 1],
  ["a StatefulSet", document("StatefulSet", { replicas: 2, podManagementPolicy: "Parallel" }), 2],
  ["a Deployment of a million pods", document("Deployment", { replicas: 1_000_000 }), 2],
  ["a DaemonSet", document("DaemonSet"), 1],
  ["a Job", document("Job", { parallelism: 3, completions: 2 }), 2],
])("the pods of %s are those that a run makes", (_, written, count) => {
  const workload = parsed(written);
  const names = allPodsOf([workload], 2).map(({ metadata: { name, uid } }) => [name, uid]);
  const made = new Host()
    .run([workload], { maxPods: 2 })
    .pods.map(({ pod: { metadata } }) => [metadata.name, metadata.uid]);
  expect([names, names.length]).toEqual([made, count]);
});

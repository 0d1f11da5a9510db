import { describe, expect, test } from "vitest";
import { document, mistakes, parsed, type Tree } from "../workloads/base.ts";

const TEMPLATE: Tree = {
  labels: { app: "web" },
  hash: expect.stringMatching(/^[0-9a-f]{10}$/),
  spec: expect.objectContaining({ nodeName: "edge", terminationGracePeriodSeconds: 30 }),
};
const METADATA = { namespace: "default", name: "web", uid: expect.any(String) };

test.each([
  [
    "Deployment",
    {
      replicas: 1,
      minReadySeconds: 0,
      progressDeadlineSeconds: 600,
      rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" },
    },
  ],
  ["DaemonSet", { minReadySeconds: 0, updateStrategy: "RollingUpdate", surges: false }],
  [
    "StatefulSet",
    { replicas: 1, minReadySeconds: 0, firstOrdinal: 0, updateStrategy: "RollingUpdate", parallel: false },
  ],
  ["Job", { parallelism: 1, completions: 1, backoffLimit: 6, suspend: false }],
] as const)("a %s gets the defaults of the API server", (kind, defaults) => {
  expect(parsed(document(kind))).toEqual({ kind, metadata: METADATA, template: TEMPLATE, ...defaults });
});

test("parallelism alone leaves completions open", () => {
  expect(parsed(document("Job", { parallelism: 2 }))).not.toHaveProperty("completions");
});

test("the UID of a Deployment does not depend on its template; that of a Job does, and not on what may be changed", () => {
  const uid = (kind: "Deployment" | "Job", spec: Tree, pod: Tree = {}) =>
    parsed(document(kind, spec, pod)).metadata.uid;
  const pod = { terminationGracePeriodSeconds: 5 };
  expect(uid("Deployment", {}, pod)).toBe(uid("Deployment", {}));
  expect(uid("Job", { suspend: true, parallelism: 1 })).toBe(uid("Job", {}));
  expect(uid("Job", {}, pod)).not.toBe(uid("Job", {}));
});

test.each([
  document("Deployment", { strategy: { rollingUpdate: { maxSurge: 0 } } }),
  document("Deployment", { strategy: { rollingUpdate: { maxUnavailable: 0 } } }),
  document("Deployment", { strategy: { rollingUpdate: { maxSurge: "200%", maxUnavailable: "100%" } } }),
  document("DaemonSet", { updateStrategy: { rollingUpdate: { maxSurge: "10%", maxUnavailable: 0 } } }),
  document("DaemonSet", { updateStrategy: { rollingUpdate: { maxUnavailable: "10%" } } }),
  document("StatefulSet", { updateStrategy: { rollingUpdate: { maxUnavailable: 1 } } }),
  document("StatefulSet", { replicas: 10 }, {}, "a".repeat(61)),
])("accepted as the API server does: %#", (written) => {
  expect(mistakes(written)).toBe("");
});

describe("refused, with the field", () => {
  test.each([
    [{ ...document("Deployment"), apiVersion: "v1" }, 'apiVersion: expected "apps/v1"'],
    [
      document("Deployment", {}, { restartPolicy: "Never" }),
      "spec.template.spec.restartPolicy: expected Always, found Never",
    ],
    [
      document("Job", {}, { restartPolicy: "Always" }),
      "spec.template.spec.restartPolicy: expected OnFailure or Never, found Always",
    ],
    [document("Deployment", { replicas: -1 }), "spec.replicas: expected 0 or more, found -1"],
    [
      document("Deployment", { replicas: "2" }),
      "spec.replicas: expected a whole number, found a string: remove the quotes",
    ],
    [
      document("Deployment", { selector: { matchLabels: { app: "shop" } } }),
      "spec.template.metadata.labels: spec.selector does not select these labels",
    ],
    [
      document("Deployment", { selector: { matchExpressions: [{ key: "constructor", operator: "Exists" }] } }),
      "spec.template.metadata.labels: spec.selector does not select these labels",
    ],
    [
      document("Deployment", { selector: { matchExpressions: [{ key: "app", operator: "Gt", values: ["1"] }] } }),
      "spec.selector.matchExpressions[0].operator: expected one of In, NotIn, Exists, DoesNotExist",
    ],
    [
      document("Deployment", { selector: {} }),
      "spec.selector: expected a label of the template, because an empty one selects all pods",
    ],
    [
      document("Deployment", { strategy: { type: "Recreate", rollingUpdate: { maxSurge: 1 } } }),
      "spec.strategy.rollingUpdate: cannot be set, because type is Recreate",
    ],
    [
      document("Deployment", { strategy: { rollingUpdate: { maxSurge: "half" } } }),
      "spec.strategy.rollingUpdate.maxSurge: expected a number of pods, or a part of them such as 25%",
    ],
    [
      document("Deployment", { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
      "spec.strategy.rollingUpdate.maxUnavailable: expected more than 0, because maxSurge is 0",
    ],
    [
      document("Deployment", { strategy: { rollingUpdate: { maxSurge: "5" } } }),
      "spec.strategy.rollingUpdate.maxSurge: expected a number of pods, or a part of them such as 25%",
    ],
    [
      document("Deployment", { strategy: { rollingUpdate: { maxUnavailable: "101%" } } }),
      "spec.strategy.rollingUpdate.maxUnavailable: expected 100% or less",
    ],
    [
      document("DaemonSet", { updateStrategy: { rollingUpdate: { maxSurge: 1 } } }),
      "spec.updateStrategy.rollingUpdate.maxUnavailable: expected 0, because maxSurge is more than 0",
    ],
    [
      document("DaemonSet", { updateStrategy: { rollingUpdate: { maxSurge: "101%", maxUnavailable: 0 } } }),
      "spec.updateStrategy.rollingUpdate.maxSurge: expected 100% or less",
    ],
    [
      document("DaemonSet", { updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } }),
      "spec.updateStrategy.rollingUpdate.maxUnavailable: expected more than 0, because maxSurge is 0",
    ],
    [
      document("Deployment", { minReadySeconds: 600 }),
      "spec.progressDeadlineSeconds: expected more than minReadySeconds, which is 600, found 600",
    ],
    [
      document("StatefulSet", { replicas: 11 }, {}, "db.shop"),
      "metadata.name: a pod would have the name db.shop-10, which is no host name of at most 63 characters: write a shorter name without dots",
    ],
    [
      document("StatefulSet", { serviceName: "db.shop" }),
      'spec.serviceName: expected a DNS label (lower-case letters, digits and dashes), found "db.shop"',
    ],
    [
      document("Job", {}, {}, "a".repeat(64)),
      "metadata.name: is a label of the pods of a Job: expected at most 63 characters, found 64",
    ],
    [
      document("StatefulSet", { updateStrategy: { rollingUpdate: { partition: -1 } } }),
      "spec.updateStrategy.rollingUpdate.partition: expected 0 or more, found -1",
    ],
    [
      document("StatefulSet", { volumeClaimTemplates: [{ metadata: { name: "data" }, spec: {} }] }),
      "spec.volumeClaimTemplates[0].spec.accessModes: expected at least one, such as ReadWriteOnce; spec.volumeClaimTemplates[0].spec.resources.requests.storage: is missing",
    ],
    [document("Job", { managedBy: "example.com/x" }), "spec.managedBy: needs a cluster: remove it"],
    [
      document("Deployment", {}, { containers: [{ name: "main", volumeMounts: [{ name: "x", mountPath: "/x" }] }] }),
      'spec.template.spec.containers[0].volumeMounts[0].name: spec.volumes has no "x"',
    ],
    [{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" } }, "spec: is missing"],
  ])("%#", (written, message) => {
    expect(mistakes(written as Tree)).toBe(message);
  });
});

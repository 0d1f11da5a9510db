import { describe, expect, test } from "vitest";
import { parseManifest } from "../../src/config/manifest.ts";

type Tree = Readonly<Record<string, unknown>>;

const CONTAINER: Tree = { name: "app" };
const POD: Tree = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec: { containers: [CONTAINER] } };

const inMetadata = (change: Tree) => ({ ...POD, metadata: { name: "web", ...change } });
const inSpec = (change: Tree) => ({ ...POD, spec: { containers: [CONTAINER], ...change } });
const inContainer = (change: Tree) => inSpec({ containers: [{ ...CONTAINER, ...change }] });
const inVolume = (change: Tree) => inSpec({ volumes: [{ name: "v", ...change }] });

const TEXT = "expected a string, found a number: put quotes around it";

describe("a manifest is refused by the name of its field", () => {
  const cases: [string, unknown, string][] = [
    ["a list", [], "document: expected an object, found a list"],
    ["a word", "pod", "document: expected an object, found a string"],
    ["another version", { ...POD, apiVersion: "v2" }, 'apiVersion: expected "v1"'],
    [
      "another kind",
      { ...POD, kind: "ReplicaSet" },
      'kind: expected "Pod", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ConfigMap", "Secret", "PersistentVolumeClaim", "Service" or "List"; other kinds need a cluster',
    ],
    ["no metadata", { ...POD, metadata: null }, "metadata: is missing"],
    ["no name", inMetadata({ name: null }), "metadata.name: is missing"],
    [
      "a label of true",
      inMetadata({ labels: { a: true } }),
      "metadata.labels.a: expected a string, found true or false: put quotes around it",
    ],
    ["no containers", inSpec({ containers: [] }), "spec.containers: expected at least one container"],
    [
      "another policy",
      inSpec({ restartPolicy: "always" }),
      'spec.restartPolicy: expected Always, Never or OnFailure, found "always"',
    ],
    [
      "a negative grace",
      inSpec({ terminationGracePeriodSeconds: -1 }),
      "spec.terminationGracePeriodSeconds: expected 0 or more, found -1",
    ],
    [
      "a command that is no list",
      inContainer({ command: "sleep 1" }),
      "spec.containers[0].command: expected a list, found a string",
    ],
    ["an argument that is a number", inContainer({ args: ["-n", 1] }), `spec.containers[0].args[1]: ${TEXT}`],
    [
      "a variable that is a number",
      inContainer({ env: [{ name: "A", value: 1 }] }),
      "spec.containers[0].env[0].value: expected a string, found a number: put quotes around it",
    ],
    [
      "a port beyond the last",
      inContainer({ ports: [{ containerPort: 65536 }] }),
      "spec.containers[0].ports[0].containerPort: expected 1 to 65535, found 65536",
    ],
    [
      "an amount of nonsense",
      inContainer({ resources: { limits: { memory: "1 Gi" } } }),
      'spec.containers[0].resources.limits.memory: expected a quantity such as 500m or 1Gi, found "1 Gi"',
    ],
    [
      "an amount under nothing",
      inContainer({ resources: { requests: { cpu: -1 } } }),
      "spec.containers[0].resources.requests.cpu: expected 0 or more, found -1",
    ],
    [
      "a user's name",
      inContainer({ securityContext: { runAsUser: "www" } }),
      "spec.containers[0].securityContext.runAsUser: expected a whole number, found a string",
    ],
    [
      "a mount to nowhere",
      inContainer({ volumeMounts: [{ name: "v", mountPath: "" }] }),
      "spec.containers[0].volumeMounts[0].mountPath: must not be empty",
    ],
    [
      "a volume with a path for a name",
      inVolume({ name: "../../etc" }),
      'spec.volumes[0].name: expected a DNS label (lower-case letters, digits and dashes), found "../../etc"',
    ],
    [
      "sources that are no list",
      inVolume({ projected: { sources: "x" } }),
      "spec.volumes[0].projected.sources: expected a list, found a string",
    ],
    [
      "two volumes of a name",
      inSpec({ volumes: [{ name: "v" }, { name: "v" }] }),
      'spec.volumes[1].name: "v" is used twice',
    ],
    [
      "a name in capitals",
      inMetadata({ name: "Web" }),
      'metadata.name: expected a DNS name in lower case, found "Web"',
    ],
    ["a UID with a path", inMetadata({ uid: "../../etc" }), 'metadata: metadata.uid "../../etc" is not a UID'],
    [
      "two containers of a name",
      inSpec({ containers: [CONTAINER, CONTAINER] }),
      'spec.containers[1].name: "app" is used twice',
    ],
  ];

  test.for(cases)("%s", ([, document, message]) => {
    expect(() => parseManifest(document, "edge")).toThrow(expect.objectContaining({ name: "ManifestError", message }));
  });

  test("an object that contains itself", () => {
    const spec: Record<string, unknown> = { containers: [CONTAINER] };
    spec.affinity = spec;
    expect(() => parseManifest({ ...POD, spec }, "edge")).toThrow("document: is nested too deeply");
  });

  test("a list that contains itself", () => {
    const list: unknown[] = [];
    list.push(list);
    expect(() => parseManifest(inSpec({ tolerations: list }), "edge")).toThrow("document: is nested too deeply");
  });

  test("all that is wrong at once", () => {
    expect(() => parseManifest({ ...POD, apiVersion: "v2", metadata: {} }, "edge")).toThrow(
      'apiVersion: expected "v1"; metadata.name: is missing',
    );
  });

  test("no field of a kind that is not known here", () => {
    const ingress = {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name: "a" },
      spec: { rules: [] },
    };
    expect(() => parseManifest(ingress, "edge")).toThrow(/^kind: expected .* other kinds need a cluster$/);
  });
});

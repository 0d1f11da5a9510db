import { describe, expect, test } from "vitest";
import { parseManifest } from "../../src/config/manifest.ts";

type Tree = Readonly<Record<string, unknown>>;

const CONTAINER: Tree = { name: "app" };
const POD: Tree = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec: { containers: [CONTAINER] } };

const inMetadata = (change: Tree) => ({ ...POD, metadata: { name: "web", ...change } });
const inSpec = (change: Tree) => ({ ...POD, spec: { containers: [CONTAINER], ...change } });
const inContainer = (change: Tree) => inSpec({ containers: [{ ...CONTAINER, ...change }] });
const inVolume = (change: Tree) => inSpec({ volumes: [{ name: "v", ...change }] });

const TEXT = "Invalid input: expected string, received number";

describe("a manifest is refused by the name of its field", () => {
  const cases: [string, unknown, string][] = [
    ["a list", [], "document: Invalid input: expected object, received array"],
    ["a word", "pod", "document: Invalid input: expected object, received string"],
    ["another version", { ...POD, apiVersion: "v2" }, 'apiVersion: expected "v1"'],
    ["another kind", { ...POD, kind: "Deployment" }, 'kind: expected "Pod"; other kinds need a cluster'],
    ["no metadata", { ...POD, metadata: null }, "metadata: Invalid input: expected object, received undefined"],
    ["no name", inMetadata({ name: null }), "metadata.name: Invalid input: expected string, received undefined"],
    [
      "a label of true",
      inMetadata({ labels: { a: true } }),
      "metadata.labels.a: Invalid input: expected string, received boolean",
    ],
    ["no containers", inSpec({ containers: [] }), "spec.containers: expected at least one container"],
    ["another policy", inSpec({ restartPolicy: "always" }), "spec.restartPolicy: expected Always, OnFailure or Never"],
    [
      "a negative grace",
      inSpec({ terminationGracePeriodSeconds: -1 }),
      "spec.terminationGracePeriodSeconds: Too small: expected number to be >=0",
    ],
    [
      "a command that is no list",
      inContainer({ command: "sleep 1" }),
      "spec.containers[0].command: Invalid input: expected array, received string",
    ],
    ["an argument that is a number", inContainer({ args: ["-n", 1] }), `spec.containers[0].args[1]: ${TEXT}`],
    [
      "a variable that is a number",
      inContainer({ env: [{ name: "A", value: 1 }] }),
      "spec.containers[0].env[0].value: expected a string: put quotes around it",
    ],
    [
      "a port beyond the last",
      inContainer({ ports: [{ containerPort: 65536 }] }),
      "spec.containers[0].ports[0].containerPort: Too big: expected number to be <=65535",
    ],
    [
      "an amount of nonsense",
      inContainer({ resources: { limits: { memory: "1 Gi" } } }),
      "spec.containers[0].resources.limits.memory: expected a quantity such as 500m or 1Gi",
    ],
    [
      "an amount under nothing",
      inContainer({ resources: { requests: { cpu: -1 } } }),
      "spec.containers[0].resources.requests.cpu: expected a quantity such as 500m or 1Gi",
    ],
    [
      "a user's name",
      inContainer({ securityContext: { runAsUser: "www" } }),
      "spec.containers[0].securityContext.runAsUser: Invalid input: expected number, received string",
    ],
    [
      "a mount to nowhere",
      inContainer({ volumeMounts: [{ name: "v", mountPath: "" }] }),
      "spec.containers[0].volumeMounts[0].mountPath: Too small: expected string to have >=1 characters",
    ],
    [
      "a volume with a path for a name",
      inVolume({ name: "../../etc" }),
      "spec.volumes[0].name: expected a DNS label in lower case",
    ],
    [
      "sources that are no list",
      inVolume({ projected: { sources: "x" } }),
      "spec.volumes[0].projected.sources: Invalid input: expected array, received string",
    ],
    ["two volumes of a name", inSpec({ volumes: [{ name: "v" }, { name: "v" }] }), 'spec.volumes: "v" is there twice'],
    ["a name in capitals", inMetadata({ name: "Web" }), 'metadata.name "Web" is not a DNS subdomain'],
    ["a UID with a path", inMetadata({ uid: "../../etc" }), 'metadata.uid "../../etc" is not a UID'],
    ["two containers of a name", inSpec({ containers: [CONTAINER, CONTAINER] }), 'container name "app" is used twice'],
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
    expect(() => parseManifest({ ...POD, apiVersion: "v2", kind: "Job" }, "edge")).toThrow(
      'apiVersion: expected "v1"; kind: expected "Pod"; other kinds need a cluster',
    );
  });
});

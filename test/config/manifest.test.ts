import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ManifestError } from "../../src/config/manifest.ts";
import { forAll } from "../support/fuzz.ts";
import { translate } from "../translate/base.ts";
import { parsedPod } from "./parsed-pod.ts";

type Tree = Readonly<Record<string, unknown>>;

const CONTAINER: Tree = { name: "app", command: ["/bin/app"] };
const SPEC: Tree = { containers: [CONTAINER] };
const POD: Tree = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec: SPEC };

const inMetadata = (change: Tree) => ({ ...POD, metadata: { name: "web", ...change } });
const inSpec = (change: Tree) => ({ ...POD, spec: { ...SPEC, ...change } });
const inContainer = (change: Tree) => inSpec({ containers: [{ ...CONTAINER, ...change }] });

const uidOf = (document: unknown, node = "edge") => parsedPod(document, node).metadata.uid;

test("a manifest becomes a pod with the defaults of the API server", () => {
  expect(parsedPod(POD, "edge")).toEqual({
    metadata: {
      name: "web",
      namespace: "default",
      uid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    },
    spec: {
      nodeName: "edge",
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      hostNetwork: true,
      containers: [{ ...CONTAINER, image: "host" }],
    },
  });
});

describe("what is written counts", () => {
  const cases: [string, Tree, Tree][] = [
    ["a namespace", inMetadata({ namespace: "shop" }), { metadata: { namespace: "shop" } }],
    ["a UID", inMetadata({ uid: "my-own" }), { metadata: { uid: "my-own" } }],
    ["labels", inMetadata({ labels: { a: "b" } }), { metadata: { labels: { a: "b" } } }],
    ["a policy", inSpec({ restartPolicy: "Never" }), { spec: { restartPolicy: "Never" } }],
    ["another policy", inSpec({ restartPolicy: "OnFailure" }), { spec: { restartPolicy: "OnFailure" } }],
    [
      "root by its number",
      inSpec({ securityContext: { runAsUser: 0 } }),
      { spec: { securityContext: { runAsUser: 0 } } },
    ],
    [
      "an amount of nothing",
      inContainer({ resources: { limits: { cpu: 0 } } }),
      { spec: { containers: [{ resources: { limits: { cpu: "0" } } }] } },
    ],
    [
      "a volume without a source, as an empty directory",
      inSpec({ volumes: [{ name: "vv" }] }),
      { spec: { volumes: [{ name: "vv", emptyDir: {} }] } },
    ],
    ["no grace", inSpec({ terminationGracePeriodSeconds: 0 }), { spec: { terminationGracePeriodSeconds: 0 } }],
    ["a network", inSpec({ hostNetwork: false }), { spec: { hostNetwork: false } }],
    ["an image", inContainer({ image: "/bin/x" }), { spec: { containers: [{ image: "/bin/x" }] } }],
    [
      "amounts, also as numbers",
      inContainer({ resources: { limits: { cpu: 0.5 } } }),
      { spec: { containers: [{ resources: { limits: { cpu: "0.5" } } }] } },
    ],
    [
      "a port, of TCP",
      inContainer({ ports: [{ containerPort: 80 }] }),
      { spec: { containers: [{ ports: [{ containerPort: 80, protocol: "TCP" }] }] } },
    ],
    ["fields for the table of supported fields", inSpec({ dnsPolicy: "Default" }), { spec: { dnsPolicy: "Default" } }],
  ];

  test.for(cases)("%s", ([, document, expected]) => {
    expect(parsedPod(document, "edge")).toMatchObject(expected);
  });

  test("but not what a cluster said of its own pod", () => {
    const copied = {
      ...inMetadata({ deletionTimestamp: "2026-01-01T00:00:00Z", resourceVersion: "7", creationTimestamp: null }),
      status: { phase: "Failed" },
    };
    expect(parsedPod(copied, "edge")).toEqual(parsedPod(POD, "edge"));
  });
});

describe("the UID", () => {
  const same: [string, Tree][] = [
    ["read again", { ...POD }],
    [
      "with its keys in another order",
      {
        spec: { containers: [{ command: ["/bin/app"], name: "app" }] },
        metadata: { name: "web" },
        kind: "Pod",
        apiVersion: "v1",
      },
    ],
    ["with fields that say nothing", inSpec({ volumes: null, nodeSelector: null })],
    ["with other labels", inMetadata({ labels: { a: "b" } })],
  ];

  test.for(same)("is the same for a manifest %s", ([, document]) => {
    expect(uidOf(document)).toBe(uidOf(POD));
  });

  const other: [string, Tree][] = [
    ["another name", inMetadata({ name: "api" })],
    ["another namespace", inMetadata({ namespace: "shop" })],
    ["another annotation", inMetadata({ annotations: { a: "b" } })],
    ["another command", inContainer({ command: ["/bin/other"] })],
    ["the default written out", inSpec({ restartPolicy: "Always" })],
  ];

  test.for(other)("is another for %s", ([, document]) => {
    expect(uidOf(document)).not.toBe(uidOf(POD));
  });

  test("is another for another value of the same annotation", () => {
    const of = (value: string) => uidOf(inMetadata({ annotations: { a: value } }));
    expect(of("1")).not.toBe(of("2"));
  });

  test("is another on another node", () => {
    expect(uidOf(POD, "other")).not.toBe(uidOf(POD));
  });
});

describe("a pod whose volume is mounted", () => {
  const volume = {
    name: "names",
    projected: { sources: [{ downwardAPI: { items: [{ path: "n", fieldRef: { fieldPath: "metadata.name" } }] } }] },
  };
  const mount = { volumeMounts: [{ name: "names", mountPath: "/x" }] };

  test("is taken", () => {
    const document = { ...POD, spec: { containers: [{ ...CONTAINER, ...mount }], volumes: [volume] } };
    expect(translate(parsedPod(document, "edge")).kind).toBe("runnable");
  });

  test("is refused without the volume", () => {
    expect(() => parsedPod(inContainer(mount), "edge")).toThrow(
      'spec.containers[0].volumeMounts[0].name: spec.volumes has no "names"',
    );
  });
});

test("whatever is written, it is refused by name or it can be translated", () => {
  const paths = [
    ["metadata"],
    ["spec"],
    ...["name", "namespace", "uid", "labels", "annotations"].map((key) => ["metadata", key]),
    ...["containers", "initContainers", "volumes", "securityContext", "restartPolicy", "readinessGates"].map((key) => [
      "spec",
      key,
    ]),
    ...[
      "name",
      "image",
      "command",
      "args",
      "workingDir",
      "env",
      "ports",
      "resources",
      "securityContext",
      "volumeMounts",
    ].map((key) => ["spec", "containers", "0", key]),
    ...["name", "projected"].map((key) => ["spec", "volumes", "0", key]),
    ["spec", "volumes", "0", "projected", "sources"],
    ["spec", "volumes", "0", "projected", "sources", "0"],
  ];
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(null, "", 0, -1, [], {}, [null], [{}], [[]], "../../etc", { name: "x" }, [{ name: "x" }], "\0"),
  );
  forAll(fc.tuple(fc.constantFrom(...paths), value), ([path, odd]) => {
    try {
      translate(parsedPod(replaced(FULL, path, odd), "edge"));
    } catch (error) {
      expect(error).toBeInstanceOf(ManifestError);
    }
  });
});

const FULL = inSpec({
  volumes: [
    { name: "v", projected: { sources: [{ serviceAccountToken: { path: "token" } }, { configMap: { name: "m" } }] } },
  ],
});

function replaced(tree: unknown, [key = "", ...rest]: readonly string[], value: unknown): unknown {
  const below = rest.length === 0 ? value : replaced((tree as Tree)[key] ?? {}, rest, value);
  if (!Array.isArray(tree)) return { ...(tree as Tree), [key]: below };
  return Object.assign([...tree], { [key]: below });
}

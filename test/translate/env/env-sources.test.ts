import { describe, expect, test } from "vitest";
import type { EnvVar } from "../../../src/model/api/env-var.ts";
import type { Container } from "../../../src/model/api/pod.ts";
import { container, NO_REFERENCES, pod, podOf, runnable, UID, waiting } from "../base.ts";
import { environmentOf, GIVEN, KNOWN } from "./environment-base.ts";

describe("a variable's value from elsewhere", () => {
  const from = (valueFrom: EnvVar["valueFrom"]): EnvVar[] => [{ name: "A", ...(valueFrom ? { valueFrom } : {}) }];
  const field = (fieldPath: string) => from({ fieldRef: { fieldPath } });
  const resource = (name: string, divisor?: string) =>
    from({ resourceFieldRef: { resource: name, ...(divisor ? { divisor } : {}) } });
  const metadata = { labels: { app: "web", constructor: "x" }, annotations: { "a/b": "line\nline" } };
  const resources = { limits: { cpu: "1500m", memory: "1Gi" }, requests: { cpu: "250m", "ephemeral-storage": "1k" } };

  test.for([
    ["metadata.name", "web"],
    ["metadata.namespace", "shop"],
    ["metadata.uid", UID],
    ["metadata.labels['app']", "web"],
    ["metadata.labels['constructor']", "x"],
    ["metadata.labels['toString']", ""],
    ["metadata.annotations['a/b']", "line\nline"],
    ["metadata.labels", 'app="web"\nconstructor="x"'],
    ["metadata.annotations", 'a/b="line\\nline"'],
    ["spec.nodeName", "edge"],
    ["spec.serviceAccountName", "robot"],
    ["status.hostIP", "192.0.2.7"],
    ["status.hostIPs", "192.0.2.7,2001:db8::7"],
    ["status.podIP", "192.0.2.7"],
    ["status.podIPs", "192.0.2.7,2001:db8::7"],
  ] as const)("%s is %j", ([path, value]) => {
    const env = field(path);
    const of = pod({ containers: [container({ env })], nodeName: "edge", serviceAccountName: "robot" }, metadata);
    expect(environmentOf({ env }, {}, of)).toMatchObject({ A: value });
  });

  test.for([
    ["limits.cpu", undefined, "2"],
    ["limits.cpu", "1m", "1500"],
    ["limits.cpu", "100m", "15"],
    ["limits.memory", undefined, "1073741824"],
    ["limits.memory", "1Mi", "1024"],
    ["limits.memory", "1G", "2"],
    ["limits.ephemeral-storage", undefined, "1000000"],
    ["requests.cpu", "1m", "250"],
    ["requests.memory", undefined, "1073741824"],
    ["requests.ephemeral-storage", "1", "1000"],
  ] as const)("%s in units of %s is %s", ([name, divisor, value]) => {
    expect(environmentOf({ env: resource(name, divisor), resources })).toMatchObject({ A: value });
  });

  test.for([
    ["limits.cpu", "1m", "3500"],
    ["limits.memory", "1M", "8000"],
    ["requests.cpu", "1m", "0"],
  ] as const)("%s in units of %s is %s, where the container has none", ([name, divisor, value]) => {
    expect(environmentOf({ env: resource(name, divisor) })).toMatchObject({ A: value });
  });

  const given: [string, Partial<Container>, Record<string, string>][] = [
    ["a key of a ConfigMap", { env: from({ configMapKeyRef: { name: "map", key: "a" } }) }, { A: "A" }],
    ["a key of a Secret", { env: from({ secretKeyRef: { name: "keys", key: "k" } }) }, { A: "K" }],
    [
      "no ConfigMap, if need not be",
      { env: from({ configMapKeyRef: { name: "gone", key: "a", optional: true } }) },
      {},
    ],
    [
      "no key, if need not be",
      { env: from({ configMapKeyRef: { name: "map", key: "toString", optional: true } }) },
      {},
    ],
    ["all of a ConfigMap", { envFrom: [{ configMapRef: { name: "map" } }] }, { a: "A", "data-1": "D" }],
    [
      "all of it with a prefix",
      { envFrom: [{ prefix: "X_", configMapRef: { name: "map" } }] },
      { X_a: "A", "X_data-1": "D" },
    ],
    ["all of a Secret", { envFrom: [{ secretRef: { name: "texts" } }] }, { k: "K", a: "SA" }],
    [
      "of the later source",
      { envFrom: [{ configMapRef: { name: "map" } }, { secretRef: { name: "texts" } }] },
      { a: "SA", "data-1": "D", k: "K" },
    ],
    [
      "of env before that of envFrom, which it may use",
      { envFrom: [{ configMapRef: { name: "map" } }], env: [{ name: "a", value: "$(a)-$(data-1)" }] },
      { a: "A-D", "data-1": "D" },
    ],
    [
      "of envFrom, where that of env is not there and need not be",
      {
        envFrom: [{ secretRef: { name: "texts" } }],
        env: [{ name: "k", valueFrom: { configMapKeyRef: { name: "gone", key: "k", optional: true } } }],
      },
      { k: "K", a: "SA" },
    ],
    ["of no ConfigMap at all", { envFrom: [{ configMapRef: { name: "gone", optional: true } }] }, {}],
  ];

  test.for(given)("%s", ([, change, expected]) => {
    expect(environmentOf(change)).toEqual({ ...GIVEN, ...expected });
  });

  const written = (key: string, more = {}) => from({ fileKeyRef: { volumeName: "v", path: "dir/file", key, ...more } });

  test.for([
    ["A", {}, { A: "one" }],
    ["B", {}, { A: "two\nlines" }],
    ["C", { optional: true }, {}],
    ["none", { optional: true }, {}],
    ["A", { optional: true, path: "none" }, {}],
  ] as const)("%s of a file that another container has written, with %j", ([key, more, expected]) => {
    expect(environmentOf({ env: written(key, more) })).toEqual({ ...GIVEN, ...expected });
  });

  test("bytes of a Secret that are no UTF-8 are in the launch file as they are", () => {
    const given = podOf({ env: from({ secretKeyRef: { name: "keys", key: "bytes" } }) });
    const text = runnable(given, { references: KNOWN }).files[0]?.text ?? "";
    expect(text).toContain("\n#=41=ff41\n");
  });

  const refused: [Partial<Container>, string][] = [
    [{ env: written("D") }, 'environment variable key "D" not found in file "dir/file" of volume "v"'],
    [{ env: from({ configMapKeyRef: { name: "gone", key: "a" } }) }, 'configmap "gone" not found'],
    [{ env: from({ configMapKeyRef: { name: "map", key: "x" } }) }, "couldn't find key x in ConfigMap shop/map"],
    [{ env: from({ secretKeyRef: { name: "keys", key: "x" } }) }, "couldn't find key x in Secret shop/keys"],
    [{ env: from({ secretKeyRef: { name: "lost", key: "x", optional: true } }) }, "503"],
    [{ envFrom: [{ configMapRef: { name: "gone" } }] }, 'configmap "gone" not found'],
    [{ env: field("spec.foo") }, "unsupported fieldPath: spec.foo"],
    [{ env: resource("limits.gpu") }, "unsupported container resource : limits.gpu"],
  ];

  test.for(refused)("%j cannot be had", ([change, message]) => {
    expect(environmentOf(change)).toEqual({ ok: false, message });
  });

  test("a container that has been given it once keeps it, and one that asks for another has to wait", () => {
    const given = podOf({ env: from({ configMapKeyRef: { name: "map", key: "a" } }) });
    const file = runnable(given, { references: KNOWN }).files[0]?.text ?? "";
    const directory = { uid: UID, histories: new Map(), volumes: new Map(), files: new Map([["app.env", file]]) };
    const context = { references: NO_REFERENCES, directory };
    expect(runnable(given, context)).toMatchObject({
      files: [{ name: "app.enter" }],
      containers: [{ unit: { name: "unitlet.shop.web.app.service" } }],
    });
    expect(waiting(podOf({ env: from({ configMapKeyRef: { name: "map", key: "b" } }) }), context)).toEqual({
      reason: "CreateContainerConfigError",
      message: "it has not been requested from the API server",
    });
  });
});

import { describe, expect, test } from "vitest";
import type { Container, PodSpec } from "../../src/model/api/pod.ts";
import { container, pod, resolved } from "./base.ts";

const hashOf = (change: object, spec: object = {}): string =>
  resolved(pod({ containers: [container(change as Partial<Container>)], ...(spec as Partial<PodSpec>) })).specHash;
const BASE = hashOf({});

describe("a container is another one", () => {
  const cases: [string, object, object?][] = [
    ["of another name", { name: "other" }],
    ["of another image", { image: "/bin/other" }],
    ["with another command", { command: ["/bin/other"] }],
    ["with an argument", { args: ["x"] }],
    ["with an empty argument", { args: [""] }],
    ["in another directory", { workingDir: "/srv" }],
    ["with a variable", { env: [{ name: "A", value: "1" }] }],
    [
      "with another amount of what it wants to be started again for",
      {
        resources: { limits: { memory: "1Gi" } },
        resizePolicy: [{ resourceName: "memory", restartPolicy: "RestartContainer" }],
      },
    ],
    ["with a mount", { volumeMounts: [{ name: "v", mountPath: "/v" }] }],
    ["as another user", { securityContext: { runAsUser: 7 } }],
    ["as another user of its pod", {}, { securityContext: { runAsGroup: 7 } }],
    ["under another policy", {}, { restartPolicy: "Never" }],
    ["with more time to end", {}, { terminationGracePeriodSeconds: 60 }],
    ["after an init container", {}, { initContainers: [container({ name: "first" })] }],
  ];

  test.for(cases)("%s", ([, change, spec]) => {
    expect(hashOf(change, spec)).not.toBe(BASE);
  });

  const env = (...names: string[]) => ({ env: names.map((name) => ({ name, value: "1" })) });

  test("with its variables in another order, which decides what they expand to", () => {
    expect(hashOf(env("A", "B"))).not.toBe(hashOf(env("B", "A")));
  });

  test("with a variable moved into another one's value", () => {
    expect(
      hashOf({
        env: [
          { name: "A", value: "1" },
          { name: "B", value: "2" },
        ],
      }),
    ).not.toBe(hashOf({ env: [{ name: "A", value: '1",["B","2' }] }));
  });
});

describe("a container is the same", () => {
  const cases: [string, object, object?][] = [
    [
      "with fields that nobody reads here",
      { imagePullPolicy: "Always", terminationMessagePath: "/x", livenessProbe: {} },
    ],
    ["with fields that a newer API server adds", { newField: { a: 1 } }, { newField: true }],
    [
      "with places for what it does not say",
      { args: [], env: [], resources: {}, volumeMounts: [], securityContext: {} },
      { initContainers: [], securityContext: {} },
    ],
    ["beside another container", {}, { containers: [container(), container({ name: "other" })] }],
    ["on other terms with the scheduler", {}, { tolerations: [{ key: "x" }], priority: 7, nodeSelector: { a: "b" } }],
  ];

  test.for(cases)("%s", ([, change, spec]) => {
    expect(hashOf(change, spec)).toBe(BASE);
  });

  test("with an init container that got another command: that one is another one", () => {
    const inits = (command: string) => ({ initContainers: [container({ name: "first", command: [command] })] });
    expect(hashOf({}, inits("/bin/a"))).toBe(hashOf({}, inits("/bin/b")));
  });
});

import { describe, expect, test } from "vitest";
import { fieldProblems } from "../../../src/translate/fields/supported.ts";
import { CONFIG, container, odd, pod, translate } from "../base.ts";

const UNKNOWN = {
  severity: "reject",
  because: "is not known to this version of unitlet",
  remedy: "remove the field, or run the pod on another node",
};

const inContainer = (change: object) => ({ containers: [{ ...container(), ...change }] });

describe("a field that nobody knows is refused", () => {
  const cases: [string, object, string][] = [
    ["in the pod", { newField: true }, "spec.newField"],
    ["with a value of nothing", { newField: 0 }, "spec.newField"],
    ["with an empty text", { newField: "" }, "spec.newField"],
    ["with fields of its own", { newField: { inner: { deep: 1 } } }, "spec.newField"],
    ["that is a list", { newField: [1] }, "spec.newField"],
    ["in a container", inContainer({ newField: 1 }), "spec.containers[app].newField"],
    [
      "in an init container",
      { initContainers: [{ ...container({ name: "init" }), newField: 1 }] },
      "spec.initContainers[init].newField",
    ],
    [
      "in a port",
      inContainer({ ports: [{ containerPort: 80, name: "http", newField: 1 }] }),
      "spec.containers[app].ports[http].newField",
    ],
    [
      "in a port without a name",
      inContainer({ ports: [{ containerPort: 80, newField: 1 }] }),
      "spec.containers[app].ports[0].newField",
    ],
    ["in a security context", { securityContext: { newField: true } }, "spec.securityContext.newField"],
    ["in a variable", inContainer({ env: [{ name: "A", newField: 1 }] }), "spec.containers[app].env[A].newField"],
    ["a resource", inContainer({ resources: { limits: { gpu: "1" } } }), "spec.containers[app].resources.limits.gpu"],
    ["a field named like what all objects have", { constructor: "x" }, "spec.constructor"],
  ];

  test.for(cases)("%s", ([, spec, path]) => {
    expect(fieldProblems(odd(spec))).toEqual([{ ...UNKNOWN, path }]);
  });

  test("and the pod fails with all of it in one message", () => {
    const of = odd({ resourceClaims: [{ name: "x" }], newField: 1 });
    expect(translate(of)).toMatchObject({
      kind: "rejected",
      reason: "UnsupportedField",
      message:
        "spec.resourceClaims is not supported by this version of unitlet: remove the field, or run the pod on another node; " +
        "spec.newField is not known to this version of unitlet: remove the field, or run the pod on another node",
    });
  });
});

describe("nothing is said of", () => {
  const harmless: [string, object][] = [
    ["null", { newField: null, dnsConfig: null }],
    ["an empty object", { securityContext: {}, dnsConfig: {}, affinity: {} }],
    ["an empty list", { hostAliases: [], volumes: [], initContainers: [], newField: [] }],
    [
      "what the scheduler wants",
      { nodeSelector: { a: "b" }, tolerations: [{ key: "x" }], priority: 0, schedulerName: "default-scheduler" },
    ],
    ["namespaces of the host", { hostPID: true, hostIPC: true, hostUsers: true, shareProcessNamespace: false }],
    [
      "how names are resolved by default",
      { dnsPolicy: "ClusterFirst", enableServiceLinks: false, setHostnameAsFQDN: false },
    ],
    [
      "no confinement",
      {
        securityContext: {
          seccompProfile: { type: "Unconfined" },
          appArmorProfile: { type: "Unconfined" },
          supplementalGroupsPolicy: "Merge",
        },
      },
    ],
    ["Linux", { os: { name: "linux" } }],
    [
      "no privileges",
      inContainer({
        securityContext: {
          privileged: false,
          allowPrivilegeEscalation: true,
          procMount: "Default",
          readOnlyRootFilesystem: true,
        },
      }),
    ],
    [
      "default messages",
      inContainer({ terminationMessagePath: "/dev/termination-log", terminationMessagePolicy: "File" }),
    ],
    ["no terminal", inContainer({ stdin: false, stdinOnce: false, tty: false })],
    [
      "plain mounts",
      inContainer({
        volumeMounts: [
          { name: "x", mountPath: "/x", mountPropagation: "None", recursiveReadOnly: "Disabled", subPath: "" },
        ],
      }),
    ],
    ["a request for disk", inContainer({ resources: { requests: { "ephemeral-storage": "1Gi" } } })],
  ];

  test.for(harmless)("%s", ([, spec]) => {
    expect(fieldProblems(odd(spec))).toEqual([]);
  });

  test("a pod as the API server stores an ordinary one", () => {
    const { metadata } = pod();
    expect(translate({ metadata, spec: STORED } as never)).toMatchObject({ kind: "runnable", problems: [] });
  });
});

describe("hostNetwork: false", () => {
  test("is refused where the node is strict about it", () => {
    const config = { ...CONFIG, hostNetwork: "required" } as const;
    expect(translate(pod({ hostNetwork: false }), { config })).toMatchObject({
      kind: "rejected",
      message:
        "spec.hostNetwork is false, and pods here are on the host's network: set it to true to say that this is meant",
    });
  });
});

const STORED = {
  containers: [
    {
      ...container(),
      imagePullPolicy: "IfNotPresent",
      resources: {},
      terminationMessagePath: "/dev/termination-log",
      terminationMessagePolicy: "File",
    },
  ],
  dnsPolicy: "ClusterFirst",
  enableServiceLinks: true,
  nodeName: "edge",
  preemptionPolicy: "PreemptLowerPriority",
  priority: 0,
  restartPolicy: "Always",
  schedulerName: "default-scheduler",
  securityContext: {},
  serviceAccount: "default",
  serviceAccountName: "default",
  terminationGracePeriodSeconds: 30,
  tolerations: [
    { effect: "NoExecute", key: "node.kubernetes.io/not-ready", operator: "Exists", tolerationSeconds: 300 },
  ],
};

import { type Container, SLEEP, shell } from "./manifests.ts";

/** A pod with one feature, which stays in one state until a test changes it. */
export interface Kind {
  readonly state: "Running" | "Pending" | "Succeeded" | "Failed";
  readonly container: Container | readonly Container[];
  readonly spec?: object;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A probe with a long timeout, so that a busy host does not make it fail. */
const PROBE = { exec: { command: ["true"] }, periodSeconds: 10, timeoutSeconds: 30 };
const MOUNTS = ["scratch", "memory", "map", "secret", "host", "downward"];

const VOLUMES = [
  { name: "scratch", emptyDir: {} },
  { name: "memory", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
  { name: "map", configMap: { name: "map" } },
  { name: "secret", secret: { secretName: "secret" } },
  { name: "host", hostPath: { path: "/srv", type: "Directory" } },
  {
    name: "downward",
    downwardAPI: { items: [{ path: "name", fieldRef: { fieldPath: "metadata.name" } }] },
  },
];

/** The pods by name. They need the ConfigMap "map" and the Secret "secret". */
export const KINDS: Readonly<Record<string, Kind>> = {
  plain: { state: "Running", container: SLEEP },
  several: {
    state: "Running",
    container: [
      { ...SLEEP, name: "one" },
      { ...SLEEP, name: "two" },
    ],
  },
  token: { state: "Running", container: SLEEP, spec: { automountServiceAccountToken: true } },
  limited: { state: "Running", container: { ...SLEEP, resources: { limits: { cpu: "100m", memory: "64Mi" } } } },
  probed: { state: "Running", container: { ...SLEEP, readinessProbe: PROBE, livenessProbe: PROBE } },
  unready: { state: "Running", container: { ...SLEEP, readinessProbe: { ...PROBE, exec: { command: ["false"] } } } },
  initialized: {
    state: "Running",
    container: SLEEP,
    spec: { initContainers: [{ ...shell("true"), name: "init", image: "host" }] },
  },
  volumes: {
    state: "Running",
    container: { ...SLEEP, volumeMounts: MOUNTS.map((name) => ({ name, mountPath: `/run/${name}` })) },
    spec: { volumes: VOLUMES },
  },
  crashing: { state: "Running", container: shell("exit 1"), annotations: { "unitlet.dev/back-off": "3600s 3600s" } },
  waiting: {
    state: "Pending",
    container: { ...SLEEP, env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "none", key: "a" } } }] },
  },
  succeeded: { state: "Succeeded", container: shell("exit 0"), spec: { restartPolicy: "Never" } },
  failed: { state: "Failed", container: shell("exit 1"), spec: { restartPolicy: "Never" } },
  refused: { state: "Failed", container: SLEEP, spec: { nodeSelector: { "no-node": "has-this" } } },
};

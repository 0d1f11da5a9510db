import type { V1PodSpec } from "@kubernetes/client-node";
import type { Node } from "../../support/node.ts";
import { type Container, pod, shell } from "./manifests.ts";

export const SECRET = "Gahd7vai-known-to-the-pod-alone";

/** Returns a PersistentVolume of the type `local` on the node. */
export function localVolume(node: Node): object {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `${node.namespace}-local` },
    spec: {
      capacity: { storage: "1Gi" },
      accessModes: ["ReadWriteOnce"],
      storageClassName: "none",
      local: { path: "/srv/local" },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node.name] }] },
          ],
        },
      },
    },
  };
}

/** Returns a PersistentVolumeClaim. */
export function claim(name: string, spec: object): object {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "none",
      resources: { requests: { storage: "1Gi" } },
      ...spec,
    },
  };
}

type Spec = Partial<V1PodSpec> & { mounts?: Container["volumeMounts"] };
const mounts = ({ mounts: volumeMounts = [{ name: "v", mountPath: "/run/v" }] }: Spec): Container => ({ volumeMounts });
const withoutMounts = ({ mounts: _, ...spec }: Spec): Partial<V1PodSpec> => ({ restartPolicy: "Never", ...spec });
const forever = "exec sleep infinity";

/** The program of each pod, and the volumes whose content it prints. */
const PODS: Readonly<Record<string, [script: string, spec: Spec]>> = {
  disk: [
    `stat -c '%a %u %g' /run/v; echo written >/run/v/file; cat /run/v/file`,
    { volumes: [{ name: "v", emptyDir: {} }], securityContext: { fsGroup: 4321 } },
  ],
  memory: [
    `stat -f -c %T /run/v; df --output=size -B1 /run/v | tail -1; ${forever}`,
    { volumes: [{ name: "v", emptyDir: { medium: "Memory", sizeLimit: "2Mi" } }], restartPolicy: "Always" },
  ],
  "memory-of-pod": [
    `df --output=size -B1 /run/v | tail -1 | tr -d ' '`,
    {
      volumes: [{ name: "v", emptyDir: { medium: "Memory", sizeLimit: "1Gi" } }],
      resources: { limits: { memory: "64Mi" } },
    },
  ],
  map: [
    `cd /run/v; ls -A; readlink a; stat -Lc %a a; od -An -tx1 bytes; touch x 2>&1; ${forever}`,
    { volumes: [{ name: "v", configMap: { name: "map", defaultMode: 0o440 } }], restartPolicy: "Always" },
  ],
  secret: [
    `cat /run/v/sub/pass; stat -Lc %a /run/v/sub/pass; stat -f -c %T /run/v`,
    {
      volumes: [
        { name: "v", secret: { secretName: "keys", items: [{ key: "password", path: "sub/pass", mode: 0o400 }] } },
      ],
    },
  ],
  labels: [
    `cat /run/v/labels; ${forever}`,
    {
      volumes: [
        { name: "v", downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] } },
      ],
      restartPolicy: "Always",
    },
  ],
  optional: ["ls -A /run/v", { volumes: [{ name: "v", secret: { secretName: "none", optional: true } }] }],
  missing: ["cat /run/v/k", { volumes: [{ name: "v", configMap: { name: "later" } }] }],
  host: [
    `cat /run/v/file; echo from-pod >/run/v/dir/new; cat /run/made/x 2>&1; ls -d /run/made; cat /run/one`,
    {
      volumes: [
        { name: "v", hostPath: { path: "/srv/host", type: "Directory" } },
        { name: "made", hostPath: { path: "/srv/made/here", type: "DirectoryOrCreate" } },
        { name: "one", hostPath: { path: "/srv/host/file", type: "File" } },
      ],
      mounts: [
        { name: "v", mountPath: "/run/v" },
        { name: "made", mountPath: "/run/made", readOnly: true },
        { name: "one", mountPath: "/run/one" },
      ],
    },
  ],
  wrong: ["true", { volumes: [{ name: "v", hostPath: { path: "/srv/host/file", type: "Directory" } }] }],
  share: ["true", { volumes: [{ name: "v", nfs: { server: "127.0.0.1", path: "/none" } }] }],
  claimed: [
    `cat /run/v/old/file; stat -c '%a %g' /run/v /run/v/old /run/v/old/file; echo mine >/run/v/new; ${forever}`,
    {
      volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }],
      mounts: [{ name: "v", mountPath: "/run/v", mountPropagation: "HostToContainer" }],
      securityContext: { fsGroup: 4321 },
      restartPolicy: "Always",
    },
  ],
  within: [
    `cat /run/one; echo $POD >/run/sub/file; ls /run/all /run/all/*; ${forever}`,
    {
      volumes: [
        { name: "v", emptyDir: {} },
        { name: "map", configMap: { name: "map" } },
      ],
      mounts: [
        { name: "map", mountPath: "/run/one", subPath: "a" },
        { name: "v", mountPath: "/run/sub", subPathExpr: "by-name/$(POD)" },
        { name: "v", mountPath: "/run/all" },
      ],
      restartPolicy: "Always",
    },
  ],
};

/** Returns all pods, bound to the node. */
export function volumePods(node: Node): object[] {
  return Object.entries(PODS).map(([name, [script, spec]]) => {
    const container = shell(script, { ...mounts(spec), env: [{ name: "POD", value: name }] });
    return pod(node, name, container, withoutMounts(spec));
  });
}

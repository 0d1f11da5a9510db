/** The claim to which pods add a line at each start, and where the host has it. */
const CLAIM = "lines";
export const LINES = `/var/lib/unitlet/claims/default/${CLAIM}/lines`;

/** The services that the host has itself, and the image that is imported from an archive. */
export const ADOPTED = "bench-adopted.service";
export const IMAGE = "example.org/bench:1";

/** How many pods of the directory should be Ready: 4 Pods, 3 of the Deployment, 2 of the StatefulSet, 1 of the DaemonSet. */
export const PODS = 10;

const CLAIM_SPEC = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
const PROBE = { exec: { command: ["test", "-e", "/proc/self"] }, periodSeconds: 1, timeoutSeconds: 5 };
const GRACE = { terminationGracePeriodSeconds: 1 };

const object = (kind: string, name: string, rest: object, apiVersion = "v1") => ({
  apiVersion,
  kind,
  metadata: { name },
  ...rest,
});

/** Returns the spec of a pod that adds a line to the claim, and stays when its policy is Always. */
function writer(line: string, restartPolicy: "Always" | "Never", claim = CLAIM) {
  const stays = restartPolicy === "Always" ? "; exec sleep infinity" : "";
  return {
    ...GRACE,
    restartPolicy,
    containers: [
      {
        name: "main",
        image: "host",
        command: ["sh", "-c", `echo ${line} >>/run/data/lines${stays}`],
        volumeMounts: [{ name: "data", mountPath: "/run/data" }],
      },
    ],
    ...(claim !== "" && { volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim } }] }),
  };
}

function sleeper(more: object = {}, spec: object = {}): object {
  return { ...GRACE, containers: [{ name: "main", image: "host", command: ["sleep", "infinity"], ...more }], ...spec };
}

/** Returns the spec of a workload whose pods have this spec. */
function workload(name: string, spec: object, more: object = {}) {
  const labels = { app: name };
  return { spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec }, ...more } };
}

/** A Secret, which is sealed before it becomes a file of the directory. */
export const SECRET = object("Secret", "password", { stringData: { password: "hunter2" } });

/** Returns the other objects: one of each kind. */
export function directory(): readonly object[] {
  const secret = { name: "secret", secret: { secretName: "password" } };
  const reader = {
    env: [{ name: "WORD", valueFrom: { configMapKeyRef: { name: "words", key: "word" } } }],
    volumeMounts: [{ name: "secret", mountPath: "/run/secret" }],
    readinessProbe: { ...PROBE, exec: { command: ["grep", "-q", "hunter2", "/run/secret/password"] } },
  };
  const claims = [{ metadata: { name: "data" }, spec: CLAIM_SPEC }];
  return [
    object("ConfigMap", "words", { data: { word: "hello" } }),
    object("PersistentVolumeClaim", CLAIM, { spec: CLAIM_SPEC }),
    object("Pod", "reader", { spec: sleeper(reader, { volumes: [secret] }) }),
    object("Pod", "writer", { spec: writer("pod", "Always") }),
    object("Pod", "image", { spec: sleeper({ image: IMAGE, command: undefined }) }),
    object("Pod", "adopted", {
      spec: { hostNetwork: true, containers: [{ name: "main", image: `unit://${ADOPTED}` }] },
    }),
    object("Deployment", "web", workload("web", sleeper({ readinessProbe: PROBE }), { replicas: 3 }), "apps/v1"),
    object(
      "StatefulSet",
      "db",
      workload("db", writer("set", "Always", ""), { replicas: 2, volumeClaimTemplates: claims }),
      "apps/v1",
    ),
    object("DaemonSet", "agent", workload("agent", sleeper()), "apps/v1"),
    object("Job", "once", { spec: { template: { spec: writer("job", "Never") } } }, "batch/v1"),
  ];
}

/** Returns a CronJob for each New Year, with a Job that adds a line to the claim. */
export function cronJob(name: string): object {
  const jobTemplate = { spec: { template: { spec: writer("cron", "Never") } } };
  return object("CronJob", name, { spec: { schedule: "0 0 1 1 *", jobTemplate } }, "batch/v1");
}

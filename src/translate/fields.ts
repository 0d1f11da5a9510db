import type { Pod, Volume } from "../model/pod.ts";

/**
 * supported: translated. control-plane: nothing to do on a node. descend: look at the fields inside.
 * An object: rejected or ignored, unless the value asks for what happens anyway.
 */
export type Row = "supported" | "control-plane" | "descend" | Exception;

export interface Exception {
  readonly severity: "reject" | "ignore";
  readonly because: string;
  readonly remedy: string;
  readonly unless?: (value: unknown, pod: Pod) => boolean;
}

const OTHER_NODE = "remove the field, or run the pod on another node";

function rejected(because: string, remedy = OTHER_NODE, unless?: Exception["unless"]): Exception {
  return { severity: "reject", because, remedy, ...(unless ? { unless } : {}) };
}

function ignored(because: string, remedy: string, unless?: Exception["unless"]): Exception {
  return { severity: "ignore", because, remedy, ...(unless ? { unless } : {}) };
}

const is =
  (...values: unknown[]) =>
  (value: unknown) =>
    values.includes(value);

const NOT_YET = "is not supported by this version of unitlet";
const PROBES = ignored(
  "is ignored: this version of unitlet runs no probes",
  "the container counts as ready while it runs; check it by other means",
);
const HOOKS = ignored("is ignored: this version of unitlet runs no hooks", "let the program handle SIGTERM itself");
const SHARED_NAMESPACES = "cannot be honoured: a pod on the host's files shares the host's namespaces";

const CONTAINER: Readonly<Record<string, Row>> = {
  name: "supported",
  image: "supported",
  imagePullPolicy: "supported",
  command: "supported",
  args: "supported",
  workingDir: "supported",
  "ports[].containerPort": "supported",
  "ports[].hostPort": "supported",
  "ports[].hostIP": ignored(
    "is ignored: the program chooses the address that it listens on",
    "configure the address in the program",
  ),
  "ports[].name": "supported",
  "ports[].protocol": "supported",
  "env[].name": "supported",
  "env[].value": "supported",
  "env[].valueFrom": rejected(NOT_YET, "give the value literally"),
  envFrom: rejected(NOT_YET, "list the variables in env"),
  "resources.limits": "descend",
  "resources.requests": "descend",
  "resources.limits.cpu": "supported",
  "resources.limits.memory": "supported",
  "resources.requests.cpu": "supported",
  "resources.requests.memory": "supported",
  "resources.limits.ephemeral-storage": ignored(
    "is ignored: disk usage is not limited",
    "use a quota of the file system",
  ),
  "resources.requests.ephemeral-storage": "control-plane",
  "resources.claims": rejected(NOT_YET),
  resizePolicy: "supported",
  restartPolicy: rejected(NOT_YET, "move the container to spec.containers"),
  restartPolicyRules: rejected(NOT_YET),
  "volumeMounts[].name": "supported",
  "volumeMounts[].mountPath": "supported",
  "volumeMounts[].readOnly": "supported",
  "volumeMounts[].recursiveReadOnly": rejected(NOT_YET, OTHER_NODE, is("Disabled", "IfPossible")),
  "volumeMounts[].mountPropagation": rejected(NOT_YET, OTHER_NODE, is("None")),
  "volumeMounts[].subPath": rejected(NOT_YET),
  "volumeMounts[].subPathExpr": rejected(NOT_YET),
  volumeDevices: rejected(NOT_YET),
  livenessProbe: PROBES,
  readinessProbe: PROBES,
  startupProbe: PROBES,
  lifecycle: HOOKS,
  terminationMessagePath: ignored(
    "is ignored: termination messages are not read",
    "see the log",
    is("/dev/termination-log"),
  ),
  terminationMessagePolicy: ignored("is ignored: termination messages are not read", "see the log", is("File")),
  "securityContext.runAsUser": "supported",
  "securityContext.runAsGroup": "supported",
  "securityContext.runAsNonRoot": "supported",
  "securityContext.privileged": rejected(NOT_YET, OTHER_NODE, is(false)),
  "securityContext.allowPrivilegeEscalation": rejected(NOT_YET, OTHER_NODE, is(true)),
  "securityContext.readOnlyRootFilesystem": "supported",
  "securityContext.capabilities": rejected(NOT_YET),
  "securityContext.procMount": rejected(NOT_YET, OTHER_NODE, is("Default")),
  "securityContext.seccompProfile": rejected(
    NOT_YET,
    OTHER_NODE,
    (value) => (value as { type?: string }).type === "Unconfined",
  ),
  "securityContext.appArmorProfile": rejected(
    NOT_YET,
    OTHER_NODE,
    (value) => (value as { type?: string }).type === "Unconfined",
  ),
  "securityContext.seLinuxOptions": rejected(NOT_YET),
  "securityContext.windowsOptions": rejected("is for Windows"),
  stdin: ignored("is ignored: standard input is empty", "let the program read a file", is(false)),
  stdinOnce: ignored("is ignored: standard input is empty", "let the program read a file", is(false)),
  tty: ignored("is ignored: there is no terminal", "let the program run without one", is(false)),
};

const POD: Readonly<Record<string, Row>> = {
  restartPolicy: "supported",
  terminationGracePeriodSeconds: "supported",
  nodeName: "control-plane",
  nodeSelector: "control-plane",
  affinity: "control-plane",
  tolerations: "control-plane",
  topologySpreadConstraints: "control-plane",
  schedulerName: "control-plane",
  schedulingGates: "control-plane",
  schedulingGroup: "control-plane",
  preemptionPolicy: "control-plane",
  priority: "control-plane",
  priorityClassName: "control-plane",
  serviceAccountName: "supported",
  serviceAccount: "supported",
  automountServiceAccountToken: "control-plane",
  imagePullSecrets: "control-plane",
  enableServiceLinks: ignored(
    "is ignored: service variables are not set",
    "set it to false, and find services by address",
    is(false),
  ),
  dnsPolicy: ignored(
    "is ignored: the pod resolves names as the host does",
    "use dnsPolicy: Default",
    is("ClusterFirst", "Default", "ClusterFirstWithHostNet"),
  ),
  dnsConfig: rejected(NOT_YET),
  hostAliases: rejected(NOT_YET, "put the names into the host's /etc/hosts"),
  hostname: ignored("is ignored: the pod sees the host's name", "read the name from $HOSTNAME"),
  subdomain: ignored("is ignored: the pod sees the host's name", "address the pod by its IP"),
  setHostnameAsFQDN: ignored("is ignored: the pod sees the host's name", OTHER_NODE, is(false)),
  hostnameOverride: rejected(NOT_YET),
  hostNetwork: "supported",
  hostPID: "supported",
  hostIPC: "supported",
  hostUsers: rejected(SHARED_NAMESPACES, "leave the field out", is(true)),
  shareProcessNamespace: ignored(
    "is ignored: containers see the host's processes",
    "nothing to do if the containers only need to see each other",
    is(false),
  ),
  "securityContext.runAsUser": "supported",
  "securityContext.runAsGroup": "supported",
  "securityContext.runAsNonRoot": "supported",
  "securityContext.fsGroup": ignored(
    "is ignored: no volume of this pod has a group",
    "nothing to do: token volumes are readable anyway",
  ),
  "securityContext.fsGroupChangePolicy": "supported",
  "securityContext.supplementalGroups": rejected(NOT_YET),
  "securityContext.supplementalGroupsPolicy": rejected(NOT_YET, OTHER_NODE, is("Merge")),
  "securityContext.seccompProfile": rejected(
    NOT_YET,
    OTHER_NODE,
    (value) => (value as { type?: string }).type === "Unconfined",
  ),
  "securityContext.appArmorProfile": rejected(
    NOT_YET,
    OTHER_NODE,
    (value) => (value as { type?: string }).type === "Unconfined",
  ),
  "securityContext.seLinuxOptions": rejected(NOT_YET),
  "securityContext.seLinuxChangePolicy": rejected(NOT_YET),
  "securityContext.sysctls": rejected(
    "cannot be honoured: the pod shares the host's kernel settings",
    "set them with sysctl on the host",
  ),
  "securityContext.windowsOptions": rejected("is for Windows"),
  activeDeadlineSeconds: ignored(
    "is ignored: this version of unitlet has no deadlines",
    "stop the program from within",
  ),
  readinessGates: "supported",
  runtimeClassName: rejected("names a runtime, and this node has none", "remove the field"),
  overhead: "control-plane",
  os: rejected(
    "asks for another operating system",
    "set os.name to linux",
    (value) => (value as { name?: string }).name === "linux",
  ),
  resourceClaims: rejected(NOT_YET),
  resources: rejected(NOT_YET, "set resources on the containers"),
  evictionResponders: "control-plane",
  ephemeralContainers: ignored(
    "is ignored: this version of unitlet has no ephemeral containers",
    "look at the host with systemctl and journalctl",
  ),
  "volumes[]": rejected(
    "is of a kind that is not supported by this version of unitlet",
    "use files of the host by their own paths; the service account's token volume works",
    (value) => isTokenVolume(value as Volume),
  ),
};

/** Path without list indexes → what becomes of the field. */
export const FIELDS: Readonly<Record<string, Row>> = {
  ...prefixed("spec", POD),
  ...prefixed("spec.containers[]", CONTAINER),
  ...prefixed("spec.initContainers[]", CONTAINER),
};

function prefixed(prefix: string, rows: Readonly<Record<string, Row>>): Record<string, Row> {
  return Object.fromEntries(Object.entries(rows).map(([path, row]) => [`${prefix}.${path}`, row]));
}

/** Projected from a token, ConfigMaps and the pod's own name, namespace and UID: what admission adds to ordinary pods. */
function isTokenVolume(volume: Volume): boolean {
  const fields = ["metadata.namespace", "metadata.name", "metadata.uid"];
  const safe = (path: string) => !path.startsWith("/") && !path.split("/").includes("..");
  return (volume.projected?.sources ?? [{}]).every((source) => {
    if (source.serviceAccountToken !== undefined) return safe(source.serviceAccountToken.path);
    if (source.configMap !== undefined) return (source.configMap.items ?? []).every(({ path }) => safe(path));
    const items = source.downwardAPI?.items;
    return items?.every(({ path, fieldRef }) => safe(path) && fields.includes(fieldRef?.fieldPath ?? "")) ?? false;
  });
}

import type { Pod } from "../model/pod.ts";
import { isInteractive } from "../model/terminal.ts";
import { ignored, is, NOT_YET, type Row, rejected } from "./field-row.ts";
import { APP_ARMOR, PROC_MOUNT, SE_LINUX, SECCOMP, WINDOWS } from "./security-fields.ts";

/** Fields of a container or init container. */
export const CONTAINER_FIELDS: Readonly<Record<string, Row>> = {
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
  "env[].valueFrom.fieldRef": "supported",
  "env[].valueFrom.resourceFieldRef": "supported",
  "env[].valueFrom.configMapKeyRef": "supported",
  "env[].valueFrom.secretKeyRef": "supported",
  "env[].valueFrom.fileKeyRef": "supported",
  envFrom: "supported",
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
  restartPolicy: "supported",
  "restartPolicyRules[].exitCodes": "supported",
  "restartPolicyRules[].action": rejected("asks to start all containers of the pod anew", undefined, is("Restart")),
  "volumeMounts[].name": "supported",
  "volumeMounts[].mountPath": "supported",
  "volumeMounts[].readOnly": "supported",
  "volumeMounts[].recursiveReadOnly": "supported",
  "volumeMounts[].mountPropagation": rejected(
    "cannot be honoured: what a container mounts stays its own",
    "mount it on the host, and use HostToContainer",
    is("None", "HostToContainer"),
  ),
  "volumeMounts[].subPath": "supported",
  "volumeMounts[].subPathExpr": "supported",
  volumeDevices: rejected(NOT_YET),
  livenessProbe: "supported",
  readinessProbe: "supported",
  startupProbe: "supported",
  "lifecycle.postStart": "supported",
  "lifecycle.preStop": "supported",
  "lifecycle.stopSignal": "supported",
  terminationMessagePath: "supported",
  terminationMessagePolicy: "supported",
  "securityContext.runAsUser": "supported",
  "securityContext.runAsGroup": "supported",
  "securityContext.runAsNonRoot": "supported",
  "securityContext.privileged": "supported",
  "securityContext.allowPrivilegeEscalation": "supported",
  "securityContext.readOnlyRootFilesystem": "supported",
  "securityContext.capabilities.add": "supported",
  "securityContext.capabilities.drop": "supported",
  "securityContext.procMount": PROC_MOUNT,
  "securityContext.seccompProfile": SECCOMP,
  "securityContext.appArmorProfile": APP_ARMOR,
  "securityContext.seLinuxOptions": SE_LINUX,
  "securityContext.windowsOptions": WINDOWS,
  stdin: "supported",
  stdinOnce: "supported",
  tty: ignored(
    "is ignored: there is a terminal for a container only while somebody is attached, and only with stdin and stdinOnce",
    "set both, as kubectl run -it does, or use kubectl exec -it",
    (value, pod) => value === false || areInteractive(pod),
  ),
};

/** Only of ephemeral containers, which have a terminal without stdinOnce, too. */
export const EPHEMERAL_FIELDS: Readonly<Record<string, Row>> = {
  targetContainerName: "supported",
  tty: "supported",
};

/** All that ask for a terminal get one. */
function areInteractive({ spec }: Pod): boolean {
  const asking = [...spec.containers, ...(spec.initContainers ?? [])].filter(({ tty }) => tty);
  return asking.length > 0 && asking.every((each) => isInteractive(each));
}

import { parseQuantity } from "../model/api/quantity.ts";
import {
  dataKey,
  descendingPath,
  dnsLabel,
  dnsSubdomain,
  envVarName,
  type FieldRule,
  format,
  headerName,
  labelValue,
  nonReservedPath,
  oneOf,
  pathWithoutBacksteps,
  portName,
  qualifiedName,
  range,
} from "./formats.ts";

const port = range(1, 65535);
/** 0 stands for an absent field, so it means the default (`core/v1/defaults.go: SetDefaults_Probe`, v1.36). */
const countOrDefault = range(0, 2 ** 31 - 1);
/** `validation.go: IsValidUserID`, `IsValidGroupID`. */
const id = range(0, 2 ** 31 - 1);
const fileMode = range(0, 0o777);
const seconds = range(0, Number.POSITIVE_INFINITY);
const count = range(0, Number.POSITIVE_INFINITY);
const ip = format(/^(\d{1,3}(\.\d{1,3}){3}|(?=.*:)[0-9a-fA-F:.]+(%[\w.]+)?)$/, "an IP address");
const objectName = dnsSubdomain;
const portOrName = ((value: number | string) =>
  typeof value === "number" ? port(value as never) : portName(value as never)) as FieldRule;
const quantity = ((text: string) =>
  (parseQuantity(text) ?? 0) < 0 ? `expected 0 or more, found ${text}` : undefined) as FieldRule;
/** The value may be secret, so it is not shown. Go's decoder also ignores the ends of lines. */
const base64 = ((text: string) =>
  /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text.replace(/[\r\n]/g, ""))
    ? undefined
    : "expected base64: write the output of `base64 -w0 FILE`") as FieldRule;
const absolutePath = format(/^\//, "an absolute path", Number.POSITIVE_INFINITY);

/**
 * What the types do not say about the values of fields, by type and field. In a list each item is checked. In a map each
 * value is checked, and each key by the entry with {}. All of it follows
 * `k8s.io/kubernetes/pkg/apis/core/validation/validation.go`, v1.36.
 */
export const FIELD_RULES: Readonly<Record<string, FieldRule>> = {
  "ObjectMeta.name": dnsSubdomain,
  "ObjectMeta.namespace": dnsLabel,
  "ObjectMeta.labels{}": qualifiedName,
  "ObjectMeta.labels": labelValue,
  "ObjectMeta.annotations{}": ((key: string) => qualifiedName(key.toLowerCase() as never)) as FieldRule,

  "ConfigMap.data{}": dataKey,
  "ConfigMap.binaryData{}": dataKey,
  "ConfigMap.binaryData": base64,
  "Secret.data{}": dataKey,
  "Secret.data": base64,
  "Secret.stringData{}": dataKey,

  "ServicePort.name": dnsLabel,
  "ServicePort.port": port,
  "ServicePort.nodePort": range(0, 65535),
  "ServicePort.targetPort": portOrName,
  "ServiceSpec.selector{}": qualifiedName,
  "ServiceSpec.selector": labelValue,

  "VolumeResourceRequirements.requests": quantity,
  "VolumeResourceRequirements.limits": quantity,
  "StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted": oneOf("Delete", "Retain"),
  "StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled": oneOf("Delete", "Retain"),

  "DeploymentSpec.replicas": count,
  "DeploymentSpec.minReadySeconds": count,
  "DeploymentSpec.progressDeadlineSeconds": count,
  "DaemonSetSpec.minReadySeconds": count,
  "StatefulSetSpec.replicas": count,
  "StatefulSetSpec.minReadySeconds": count,
  "StatefulSetSpec.podManagementPolicy": oneOf("OrderedReady", "Parallel"),
  "RollingUpdateStatefulSetStrategy.partition": count,
  "StatefulSetOrdinals.start": count,
  "JobSpec.parallelism": count,
  "JobSpec.completions": count,
  "JobSpec.backoffLimit": count,
  "JobSpec.backoffLimitPerIndex": count,
  "JobSpec.maxFailedIndexes": count,
  "SuccessPolicyRule.succeededCount": count,
  "JobSpec.activeDeadlineSeconds": count,
  "JobSpec.ttlSecondsAfterFinished": count,
  "CronJobSpec.startingDeadlineSeconds": count,
  "CronJobSpec.successfulJobsHistoryLimit": count,
  "CronJobSpec.failedJobsHistoryLimit": count,
  "DeploymentStrategy.type": oneOf("Recreate", "RollingUpdate"),
  "DaemonSetUpdateStrategy.type": oneOf("OnDelete", "RollingUpdate"),
  "StatefulSetUpdateStrategy.type": oneOf("OnDelete", "RollingUpdate"),

  "PodSpec.activeDeadlineSeconds": range(1, 2 ** 31 - 1),
  "PodSpec.terminationGracePeriodSeconds": seconds,
  "PodSpec.hostname": dnsLabel,
  "PodSpec.hostnameOverride": format(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    "a DNS name",
    64,
  ),
  "PodSpec.subdomain": dnsLabel,
  "PodSpec.serviceAccountName": dnsSubdomain,
  "PodSpec.nodeName": dnsSubdomain,
  "PodSpec.priorityClassName": dnsSubdomain,
  "PodSpec.runtimeClassName": dnsSubdomain,
  "PodSpec.nodeSelector{}": qualifiedName,
  "PodSpec.nodeSelector": labelValue,
  "PodOS.name": oneOf("linux", "windows"),
  "PodReadinessGate.conditionType": qualifiedName,
  "PodDNSConfig.nameservers": ip,
  "HostAlias.ip": ip,
  "HostAlias.hostnames": dnsSubdomain,
  "PodSecurityContext.runAsUser": id,
  "PodSecurityContext.runAsGroup": id,
  "PodSecurityContext.fsGroup": id,
  "PodSecurityContext.supplementalGroups": id,
  "PodSecurityContext.seLinuxChangePolicy": oneOf("MountOption", "Recursive"),
  "Sysctl.name": format(
    /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/,
    "a name such as net.ipv4.ip_forward",
  ),
  "SecurityContext.runAsUser": id,
  "SecurityContext.runAsGroup": id,
  "SeccompProfile.localhostProfile": descendingPath,

  "Container.name": dnsLabel,
  "Container.restartPolicy": oneOf("Always", "Never", "OnFailure"),
  "ContainerPort.name": portName,
  "ContainerPort.containerPort": port,
  "ContainerPort.hostPort": range(0, 65535),
  "ContainerResizePolicy.resourceName": oneOf("cpu", "memory"),
  "ContainerResizePolicy.restartPolicy": oneOf("NotRequired", "RestartContainer"),
  "ContainerRestartRule.action": oneOf("Restart", "RestartAllContainers"),
  "ContainerRestartRuleOnExitCodes.operator": oneOf("In", "NotIn"),
  "ResourceRequirements.limits": quantity,
  "ResourceRequirements.requests": quantity,
  "EnvVar.name": envVarName,
  "EnvFromSource.prefix": envVarName,
  "ConfigMapEnvSource.name": objectName,
  "SecretEnvSource.name": objectName,
  "ConfigMapKeySelector.name": objectName,
  "ConfigMapKeySelector.key": dataKey,
  "SecretKeySelector.name": objectName,
  "SecretKeySelector.key": dataKey,
  "FileKeySelector.key": envVarName,
  "FileKeySelector.volumeName": dnsLabel,
  "FileKeySelector.path": pathWithoutBacksteps,

  "Probe.initialDelaySeconds": countOrDefault,
  "Probe.timeoutSeconds": countOrDefault,
  "Probe.periodSeconds": countOrDefault,
  "Probe.successThreshold": countOrDefault,
  "Probe.failureThreshold": countOrDefault,
  "Probe.terminationGracePeriodSeconds": range(1, Number.POSITIVE_INFINITY),
  "HTTPGetAction.port": portOrName,
  "HTTPHeader.name": headerName,
  "TCPSocketAction.port": portOrName,
  "GRPCAction.port": port,
  "SleepAction.seconds": seconds,

  "Volume.name": dnsLabel,
  "VolumeMount.subPath": descendingPath,
  "VolumeMount.subPathExpr": descendingPath,
  "VolumeMount.recursiveReadOnly": oneOf("Disabled", "Enabled", "IfPossible"),
  "EmptyDirVolumeSource.sizeLimit": quantity,
  "HostPathVolumeSource.path": format(
    /^\/(?!(.*\/)?\.\.(\/|$))/s,
    "an absolute path without ..",
    Number.POSITIVE_INFINITY,
  ),
  "NFSVolumeSource.path": absolutePath,
  "KeyToPath.path": nonReservedPath,
  "KeyToPath.mode": fileMode,
  "DownwardAPIVolumeFile.path": nonReservedPath,
  "DownwardAPIVolumeFile.mode": fileMode,
  "ConfigMapVolumeSource.defaultMode": fileMode,
  "SecretVolumeSource.defaultMode": fileMode,
  "DownwardAPIVolumeSource.defaultMode": fileMode,
  "ProjectedVolumeSource.defaultMode": fileMode,
  "ServiceAccountTokenProjection.expirationSeconds": range(600, 2 ** 32),
};

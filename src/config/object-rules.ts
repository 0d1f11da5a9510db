import { parseQuantity } from "../model/api/quantity.ts";
import { choiceOf, type Report } from "./issue.ts";

export type Tree = Readonly<Record<string, unknown>>;

/** Checks one object whose fields have the right types. Paths of its reports are relative to the object. */
export type ObjectRule = (object: Tree, report: Report) => void;

const exactlyOne =
  (...fields: readonly string[]): ObjectRule =>
  (object, report) => {
    const given = fields.filter((field) => object[field] !== undefined);
    if (given.length === 0) report([], `expected one of ${choiceOf(fields)}`);
    atMostOne(...fields)(object, report);
  };

const atMostOne =
  (...fields: readonly string[]): ObjectRule =>
  (object, report) => {
    const [first, second] = fields.filter((field) => object[field] !== undefined);
    if (second !== undefined) report([second], `${first} is there as well: give one of them`);
  };

const required =
  (field: string): ObjectRule =>
  (object, report) => {
    if (object[field] === undefined) report([field], "is missing");
  };

/** `validation.go: validateVolumeSource`. A volume without a source is an emptyDir (`SetDefaults_Volume`). */
const oneSource: ObjectRule = ({ name: _, ...sources }, report) => atMostOne(...Object.keys(sources))(sources, report);

/** `validation.go: validateEnvVarValueFrom`. */
const valueOrSource: ObjectRule = ({ value, valueFrom }, report) => {
  if (value !== undefined && valueFrom !== undefined) report(["valueFrom"], "value is there as well: give one of them");
};

/** `validation.go: validateResourceRequirements`. */
const requestsWithinLimits: ObjectRule = ({ requests = {}, limits = {} }, report) => {
  for (const [name, request] of Object.entries(requests as Readonly<Record<string, string>>)) {
    const limit = (limits as Readonly<Record<string, string | undefined>>)[name];
    if (limit !== undefined && (parseQuantity(request) ?? 0) > (parseQuantity(limit) ?? 0))
      report(["requests", name], `expected at most the limit, which is ${limit}, found ${request}`);
  }
};

/** `validation.go: validateSeccompProfileField`, `ValidateAppArmorProfileField`. */
const localhostProfile: ObjectRule = ({ type, localhostProfile: profile }, report) => {
  if (type === "Localhost" && profile === undefined) report(["localhostProfile"], "is missing, and type is Localhost");
  if (type !== "Localhost" && profile !== undefined)
    report(["localhostProfile"], `type is ${type}: set it to Localhost, or remove the profile`);
};

/** `validation.go: ValidateSecurityContext`. */
const escalation: ObjectRule = ({ allowPrivilegeEscalation, privileged, capabilities }, report) => {
  if (allowPrivilegeEscalation !== false) return;
  if (privileged === true) report(["allowPrivilegeEscalation"], "expected true, because privileged is true");
  const { add = [] } = (capabilities ?? {}) as { readonly add?: readonly string[] };
  if (add.includes("CAP_SYS_ADMIN")) report(["allowPrivilegeEscalation"], "expected true, because of CAP_SYS_ADMIN");
};

/** `validation.go: validateMountRecursiveReadOnly`. */
const recursiveReadOnly: ObjectRule = ({ recursiveReadOnly: recursive, readOnly, mountPropagation }, report) => {
  if (recursive === undefined || recursive === "Disabled") return;
  if (readOnly !== true) report(["recursiveReadOnly"], "needs readOnly: true");
  if (mountPropagation !== undefined && mountPropagation !== "None")
    report(["recursiveReadOnly"], "needs mountPropagation: None");
};

/** `validation.go: validateContainerRestartPolicy`. */
const restartRules: ObjectRule = ({ restartPolicy, restartPolicyRules = [] }, report) => {
  const count = (restartPolicyRules as readonly unknown[]).length;
  if (count > 0 && restartPolicy === undefined)
    report(["restartPolicy"], "is missing, and there are restartPolicyRules");
  if (count > 20) report(["restartPolicyRules"], `expected at most 20 rules, found ${count}`);
};

/** `validation.go: validateContainerResourceFieldSelector`. */
const downwardFile: ObjectRule = ({ resourceFieldRef }, report) => {
  const { containerName } = (resourceFieldRef ?? { containerName: "" }) as Tree;
  if (containerName === undefined) report(["resourceFieldRef", "containerName"], "is missing");
};

/** `validation.go: validatePodDNSConfig`, `validatePodSpecSecurityContext`, `ValidatePodCreate`. */
const podSpec: ObjectRule = (spec, report) => {
  const { nameservers = [] } = (spec.dnsConfig ?? {}) as { readonly nameservers?: readonly string[] };
  if (spec.dnsPolicy === "None" && nameservers.length === 0)
    report(["dnsConfig", "nameservers"], "expected at least one, because dnsPolicy is None");
  if (spec.shareProcessNamespace === true && spec.hostPID === true)
    report(["shareProcessNamespace"], "expected false, because hostPID is true");
  if (spec.ephemeralContainers !== undefined)
    report(["ephemeralContainers"], "cannot be set here: kubectl debug adds them to a pod that runs");
  if ((spec.containers as readonly unknown[]).length === 0) report(["containers"], "expected at least one container");
};

/** What the types do not say about objects, by type (`core/validation/validation.go`, v1.36). */
export const OBJECT_RULES: Readonly<Record<string, readonly ObjectRule[]>> = {
  PodSpec: [podSpec],
  Volume: [oneSource],
  Probe: [exactlyOne("exec", "httpGet", "tcpSocket", "grpc")],
  LifecycleHandler: [exactlyOne("exec", "httpGet", "tcpSocket", "sleep")],
  ExecAction: [required("command")],
  EnvVar: [valueOrSource],
  EnvVarSource: [exactlyOne("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")],
  EnvFromSource: [exactlyOne("configMapRef", "secretRef")],
  ConfigMapKeySelector: [required("name")],
  SecretKeySelector: [required("name")],
  ConfigMapEnvSource: [required("name")],
  SecretEnvSource: [required("name")],
  ConfigMapVolumeSource: [required("name")],
  SecretVolumeSource: [required("secretName")],
  ConfigMapProjection: [required("name")],
  SecretProjection: [required("name")],
  ClusterTrustBundleProjection: [exactlyOne("name", "signerName")],
  DownwardAPIVolumeFile: [exactlyOne("fieldRef", "resourceFieldRef"), downwardFile],
  VolumeProjection: [
    atMostOne("secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"),
  ],
  ImageVolumeSource: [required("reference")],
  VolumeMount: [atMostOne("subPath", "subPathExpr"), recursiveReadOnly],
  Container: [restartRules],
  ContainerRestartRule: [required("exitCodes")],
  ResourceRequirements: [requestsWithinLimits],
  SeccompProfile: [localhostProfile],
  AppArmorProfile: [localhostProfile],
  SecurityContext: [escalation],
};

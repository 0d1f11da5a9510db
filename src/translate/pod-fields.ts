import type { Volume } from "../model/pod.ts";
import { ignored, is, NOT_YET, OTHER_NODE, type Row, rejected } from "./field-row.ts";

const SHARED_NAMESPACES = "cannot be honoured: a pod on the host's files shares the host's namespaces";

/** Fields of a pod outside its containers. */
export const POD_FIELDS: Readonly<Record<string, Row>> = {
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
  hostname: ignored("is ignored: the pod sees the host's name", "give the name to the program in its arguments"),
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

/** Projected from a token, ConfigMaps and the pod's own name, namespace and UID: what admission adds to ordinary pods. */
function isTokenVolume(volume: Volume): boolean {
  const fields = ["metadata.namespace", "metadata.name", "metadata.uid"];
  const safe = (path: string) => !path.startsWith("/") && !path.split("/").includes("..");
  // All files of a volume have the same mode here.
  const plain = (item: { path: string; mode?: unknown }) => safe(item.path) && (item.mode ?? undefined) === undefined;
  return (volume.projected?.sources ?? [{}]).every((source) => {
    if (source.serviceAccountToken !== undefined) return safe(source.serviceAccountToken.path);
    if (source.configMap !== undefined) return (source.configMap.items ?? []).every(plain);
    const items = source.downwardAPI?.items;
    return items?.every((item) => plain(item) && fields.includes(item.fieldRef?.fieldPath ?? "")) ?? false;
  });
}

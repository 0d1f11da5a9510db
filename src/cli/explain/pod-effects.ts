/** What a supported field of a pod does, for docs/pod-fields.md and `unitlet explain`. By its path below spec. */
export const POD_EFFECTS: Readonly<Record<string, string>> = {
  restartPolicy: "`Restart=` with the kubelet's back-off.",
  terminationGracePeriodSeconds:
    "`TimeoutStopSec=` of at least 30 seconds, which leaves time to record the exit. `container-stop` applies shorter periods, of at least 1 second.",
  activeDeadlineSeconds: "Counted from `status.startTime`, with a tolerance of about 2 seconds.",
  readinessGates: "As in Kubernetes.",
  serviceAccountName: "The service account of the pod's token.",
  serviceAccount: "The old name of `serviceAccountName`.",
  imagePullSecrets: "Used for the pulls of this pod. The API server adds those of the service account.",
  enableServiceLinks:
    "Variables for each Service of the namespace, unless `false`. The variables of the API server are always set. On a standalone node there are none, because [Services](network.md#services-of-a-standalone-node) have no cluster IP.",
  dnsPolicy:
    "`ClusterFirst` uses the name servers of the setting `clusterDNS`. Without these, and with `hostNetwork: true`, the name servers of the host are used.",
  "dnsConfig.nameservers": "Merged into the pod's own `/etc/resolv.conf`; at most 3.",
  "dnsConfig.searches": "Merged into the pod's own `/etc/resolv.conf`; at most 32.",
  "dnsConfig.options": "Merged into the pod's own `/etc/resolv.conf`. The last option of a name wins.",
  "hostAliases[].ip": "The pod has an `/etc/hosts` of its own, with the host's entries on the host's network.",
  "hostAliases[].hostnames": "As `hostAliases[].ip`.",
  hostname:
    "The host name in a UTS namespace, unless `hostNetwork` is true. Default: the pod's name. Containers on images share the namespace; each container on the host's files has its own.",
  subdomain: "Adds the domain to the name in `/etc/hosts`, below the setting `clusterDomain`.",
  setHostnameAsFQDN: "The host name includes the domain. More than 64 characters are rejected.",
  hostnameOverride: "The host name, whatever the pod's name is.",
  hostNetwork:
    "With the setting `podNetwork = bridge` or `cni`, a pod without it has a [network of its own](network.md). With `podNetwork = host`, every pod is on the host's network: `false` rejects the pod with the setting `hostNetwork = required`, and has no effect otherwise.",
  hostPID:
    "On images: the host's PID namespace. On the host's files process IDs are always the host's. Without `hostPID` a Landlock fence keeps a container from inspecting or signalling other processes ([Security](security.md)).",
  hostIPC:
    "Without it: System V IPC, message queues and `/dev/shm` (64 MiB) are shared by the pod's containers on images. Each container on the host's files has its own.",
  shareProcessNamespace:
    "On images: one PID namespace for all, whose first process is the `sleep` of the pod's [sandbox](images.md). On the host's files it is ignored with an Event, and the Landlock fence stays on.",
  "securityContext.runAsUser": "For containers without a value of their own.",
  "securityContext.runAsGroup": "For containers without a value of their own.",
  "securityContext.runAsNonRoot": "For containers without a value of their own.",
  "securityContext.fsGroup":
    "A supplementary group of all containers. It owns projected files, emptyDirs and the files of local volumes.",
  "securityContext.fsGroupChangePolicy":
    "`OnRootMismatch`: the files of a local volume keep their group when the top directory has the right one.",
  "securityContext.supplementalGroups": "Supplementary groups of all containers.",
  "securityContext.supplementalGroupsPolicy":
    "`Merge` adds the groups of an image's `/etc/group`. On the host's files no group comes from `/etc/group`.",
  "securityContext.sysctls":
    "Parameters of IPC, such as `kernel.shm_rmid_forced` and `fs.mqueue.*`, and `net.*` in a pod with a network of its own. Those that are not safe must be in the setting `allowedUnsafeSysctls`. Otherwise the pod is rejected with reason SysctlForbidden, and also with `net.*` on the host's network.",
  "securityContext.seccompProfile": "For containers without a value of their own.",
  "securityContext.seLinuxOptions": "As the field of a container.",
  "securityContext.windowsOptions": "No effect on Linux.",
  "securityContext.seLinuxChangePolicy": "No effect, because no volume is labelled.",
  "resources.requests.cpu": "`CPUWeight=` of the pod's slice, instead of the sum of its containers.",
  "resources.requests.memory": "For the scheduler and for the order of eviction.",
  "resources.limits.cpu": "`CPUQuota=` of the slice.",
  "resources.limits.memory": "`MemoryMax=` of the slice.",
  "volumes[].name": "The name that `volumeMounts` use.",
  "volumes[].configMap":
    "`items`, modes, `optional`, `binaryData`. All files follow a change of the ConfigMap together, within about one minute.",
  "volumes[].secret":
    "As `configMap`, in memory only. A sealed (encrypted) copy on disk serves a boot without an API server.",
  "volumes[].downwardAPI": "Follows changes of labels and annotations.",
  "volumes[].projected.defaultMode": "Mode of the files.",
  "volumes[].projected.sources[].configMap": "As the volume `configMap`.",
  "volumes[].projected.sources[].secret": "As the volume `secret`.",
  "volumes[].projected.sources[].downwardAPI": "As the volume `downwardAPI`.",
  "volumes[].projected.sources[].serviceAccountToken":
    "Requested for the pod and replaced after 80 % of its lifetime. Mode 0600 if all containers run as one user; readable by `fsGroup`.",
  "volumes[].projected.sources[].clusterTrustBundle.name":
    "Needs an API server that serves `certificates.k8s.io/v1beta1`.",
  "volumes[].projected.sources[].clusterTrustBundle.path": "The file.",
  "volumes[].projected.sources[].clusterTrustBundle.optional": "The pod starts without the bundle.",
  "volumes[].emptyDir.sizeLimit": "In memory: the size. On disk: a pod that uses more is evicted.",
  "volumes[].hostPath":
    "Every `type`. A missing path is created for `DirectoryOrCreate`, for `FileOrCreate` and without a type.",
  "volumes[].persistentVolumeClaim":
    "Bound to a `local`, `hostPath` or `nfs` volume. On a standalone node, a directory of the host.",
  "volumes[].ephemeral": "As its claim. On a standalone node an `emptyDir`.",
  "volumes[].nfs": "A `.mount` unit. The host needs the distribution's package `nfs-common`.",
  "volumes[].image":
    "Read-only, without setuid and devices. Pulled like the [image](images.md) of a container; `reference` can be a tarball by URL. The content stays the same for the life of the pod.",
};

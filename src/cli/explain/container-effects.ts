/** What a supported field of a container does, for docs/pod-fields.md and `unitlet explain`. By its path below the container. */
export const CONTAINER_EFFECTS: Readonly<Record<string, string>> = {
  name: "The last part of the unit's name.",
  image:
    "`host`, `host:ANYTHING` and absolute paths mean the host's own files. `deb://NAME` means a [package](packages.md), `unit://NAME.service` a service of the host that the pod [adopts](adopted-units.md). Every other [image](images.md) is pulled.",
  imagePullPolicy:
    "`Always`: unitlet asks the registry when the container comes to this node. A restart or a boot uses the stored image and needs no registry; the kubelet asks at every start. `kubectl rollout restart` fetches the new image.",
  command:
    "The program and its arguments, with `$(VAR)` replaced. A name without `/` is looked up in the container's `PATH`.",
  args: "Further arguments, with `$(VAR)` replaced.",
  workingDir:
    "On the host's files the container's own user enters the directory, and the container waits while it does not exist. A directory below `/proc` is refused.",
  "env[].name": "Letters, digits and `_`. With other characters the container waits with CreateContainerConfigError.",
  "env[].value": "`$(VAR)` is replaced. The value is kept in a file of mode 0600 below `/run` and never in the unit.",
  "env[].valueFrom.fieldRef":
    "`metadata.name`, `metadata.namespace`, `metadata.uid`, `metadata.labels`, `metadata.annotations`, `spec.nodeName`, `spec.serviceAccountName`, `status.hostIP`, `status.hostIPs`, `status.podIP`, `status.podIPs`. One label or annotation is `metadata.labels['key']`.",
  "env[].valueFrom.resourceFieldRef":
    "In units of `divisor`, rounded up. Without a limit, the value is what the node can allocate.",
  "env[].valueFrom.configMapKeyRef":
    "unitlet reads the ConfigMap by its name, at most one minute before the container starts. While a required ConfigMap is missing, the container waits with CreateContainerConfigError.",
  "env[].valueFrom.secretKeyRef":
    "As `configMapKeyRef`. The value is in no unit, no argument and no log. On the host's files it may be any bytes but NUL, on an image only UTF-8.",
  "env[].valueFrom.fileKeyRef":
    "A file that an init container has written into an emptyDir. It is read before each start of the container.",
  envFrom:
    "All keys of a ConfigMap or Secret, with `prefix`. Names that a shell cannot export, such as `data-1`, are set by perl, which the host must have.",
  "ports[].containerPort": "Informational. A pod that declares a port which another pod has declared gets an Event.",
  "ports[].hostPort":
    "Must equal `containerPort` on the host's network. Elsewhere the plugin `portmap` connects the two. A pod whose port another pod has requested is rejected with reason NodePorts.",
  "ports[].hostIP":
    "In a pod with a network of its own, the address of the host for `hostPort`. On the host's network it is ignored with an Event, because the program chooses the address that it listens on.",
  "ports[].name": "Informational. Probes and hooks can refer to it.",
  "ports[].protocol": "Ports of one number and different protocols do not conflict.",
  "resources.limits.cpu": "`CPUQuota=` of the unit, and of the slice when every container has a limit.",
  "resources.limits.memory":
    "`MemoryMax=` without swap, of the unit, and of the slice when every container has a limit.",
  "resources.requests.cpu": "`CPUWeight=`; on cgroup v1 `CPUShares=`, the kubelet's shares.",
  "resources.requests.memory":
    "For the scheduler, and `OOMScoreAdjust=`: the kernel kills a container with a larger request later.",
  "resources.limits.ephemeral-storage":
    "Evicts the pod when one container or all containers together exceed it. Volumes on disk, writable layers of images, `/tmp`, `/var/tmp`, termination messages and logs count. A log counts up to 50 MiB.",
  "resources.limits.hugepages-*": "As the request of the same name.",
  "resources.requests.hugepages-*":
    "0 is accepted. This node offers no huge pages: a pod that requests some is rejected with reason OutOfhugepages-SIZE, as by a kubelet on such a node.",
  "resources.limits.*/*": "As the request of the same name.",
  "resources.requests.*/*":
    "A resource that an administrator has given to the Node (`status.allocatable`) is counted: without enough of it, the pod is rejected with reason OutOfNAME. There are no device plugins. A pod that requests any other resource is rejected.",
  resizePolicy:
    "Resources change in place, except with `RestartContainer`. The run compares the cgroups with them, and repairs what differs.",
  restartPolicy: "Takes precedence over the pod's. `Always` makes an init container a sidecar.",
  "restartPolicyRules[].exitCodes":
    "`RestartForceExitStatus=`, and for `RestartAllContainers` `RestartPreventExitStatus=`, because a run restarts the pod then. The first rule that names the code counts.",
  "restartPolicyRules[].action":
    "`RestartAllContainers`: all containers end within two seconds, with reason RestartingAllContainers. Then all start again, init containers first. Volumes stay. A container that ended by itself keeps its own exit code in `lastState`; the kubelet shows 137. Only the container with that exit waits in its back-off; the kubelet has none here.",
  "volumeMounts[].name": "The volume.",
  "volumeMounts[].mountPath":
    "`--bind` of `container-run`. On the host's files: a path that exists on the host, or one below `/run`, `/tmp` or `/var/tmp`. The container waits with CreateContainerError where the path is refused. Refused are `/usr/bin`, libraries, `/proc`, `/dev` (except `/dev/shm`) and other paths that the container is started from.",
  "volumeMounts[].readOnly":
    "`--bind ro` of `container-run`. configMap, secret, projected and downwardAPI volumes are always read-only.",
  "volumeMounts[].recursiveReadOnly":
    "On the host's files every read-only mount is recursive. On an image a read-only mount is recursive only with this field.",
  "volumeMounts[].mountPropagation":
    "`Bidirectional` needs a container on an image, and no `subPath`: `container-shared` attaches the volume for `crun`. Elsewhere the pod is rejected: mount it on the host, and use `HostToContainer`.",
  "volumeMounts[].subPath":
    "The path is resolved at each start of the container. A missing one is made as a directory with the mode of the volume. While it leads out of the volume, the container waits with CreateContainerConfigError.",
  "volumeMounts[].subPathExpr": "As `subPath`, with `$(VAR)` replaced.",
  livenessProbe:
    "`exec`, `httpGet`, `tcpSocket` and `grpc` with all their numbers and `terminationGracePeriodSeconds`. A failure restarts the container with the usual back-off.",
  readinessProbe: "As `livenessProbe`. `ready`, the conditions `Ready` and `ContainersReady`, and Services follow it.",
  startupProbe: "As `livenessProbe`. The other probes wait until it succeeds.",
  "lifecycle.postStart": "`exec`, `httpGet`, `sleep`. A failure ends the container, and its restart policy applies.",
  "lifecycle.preStop":
    "`exec`, `httpGet`, `sleep`. Hook and signal share one grace period; the program has at least 2 seconds after the hook.",
  "lifecycle.stopSignal": "`KillSignal=`. Default: the signal of the image, or TERM.",
  terminationMessagePath:
    "Its last 4 KiB are reported. On the host's files: the default, or a path below `/run`, `/tmp` or `/var/tmp`. The container waits with any other path.",
  terminationMessagePolicy: "`FallbackToLogsOnError` reports at most 80 lines and 2 KiB of the log.",
  "securityContext.runAsUser":
    "Any number on an image. On the host's files, a number that the host has must be in the setting `hostAccounts`.",
  "securityContext.runAsGroup": "As `runAsUser`. Default: 0, the group of root.",
  "securityContext.runAsNonRoot": "The pod is rejected if the user would be root.",
  "securityContext.privileged":
    "All capabilities, all devices, writable `/proc` and `/sys`. The host's other files stay read-only unless a volume mounts them.",
  "securityContext.allowPrivilegeEscalation": "`false`: setuid programs have no effect (`no_new_privs`).",
  "securityContext.readOnlyRootFilesystem":
    "The host's files are always read-only. `true`: `/tmp`, `/var/tmp` and `/run` are read-only too.",
  "securityContext.capabilities.add":
    "Added to the default of container runtimes: `CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP`. On the host's network `NET_RAW` is missing, unless the pod sets `hostNetwork: true`. Users other than root have none. A capability that Linux does not have is rejected.",
  "securityContext.capabilities.drop": "Removed from the default; `ALL` removes all.",
  "securityContext.seccompProfile":
    "`RuntimeDefault`: the profile of container runtimes. `Localhost`, on images: `/etc/unitlet/seccomp/NAME` on the node, in the format of containers-common or of config.json. Without a valid file the container waits with CreateContainerError. On the host's files the pod is rejected: systemd has no rules on arguments.",
  "securityContext.seLinuxOptions":
    "Without SELinux on the host a label has no effect, and `unitlet plan` says so. With SELinux the pod is rejected, because unitlet sets no labels.",
  "securityContext.windowsOptions": "No effect on Linux.",
  stdin: "The input that `kubectl attach -i` sends.",
  stdinOnce:
    "Input ends when the first client detaches. On the host's files and with `tty`, the program starts when a client attaches.",
  tty: "On an image: a terminal for the life of the container. On the host's files: a terminal while a client is attached, with `stdin` and `stdinOnce` (as `kubectl run -it` sets them) or in an ephemeral container. Otherwise the field is ignored with an Event.",
  targetContainerName:
    "On an image: the PID namespace of that container; ignored with an Event if that container is on the host's files. An ephemeral container on the host's files sees all processes.",
};

/** Paths of the files of pods. unitfile/names.ts has checked `uid` and the names. */
export const STATE_DIR = "/var/lib/unitlet";
export const RUN_DIR = "/run/unitlet";
/** The directory of the copies of units in /run/systemd/system, for the next boot. */
export const KEPT_UNITS = `${STATE_DIR}/units`;

/** The directories of the port, which has a user of its own. */
export const API_RUN_DIR = "/run/unitlet-api";
export const API_STATE_DIR = "/var/lib/unitlet-api";
/** The socket at which systemd starts `api-helper`, which acts as root for the port. */
export const API_HELPER_SOCKET = `${RUN_DIR}/api-helper`;

/** The directories of the claims of a standalone node, which outlive their pods. Only root can enter it. */
export const CLAIMS = `${STATE_DIR}/claims`;
export const claimPath = (namespace: string, name: string) => `${CLAIMS}/${namespace}/${name}`;
/** The directory of a pod's files that survive a reboot. */
export const podStateDir = (uid: string) => `${STATE_DIR}/pods/${uid}`;
/** The directory of a pod's files that a reboot removes. */
export const podRunDir = (uid: string) => `${RUN_DIR}/pods/${uid}`;
/** Names of the pod's own /etc/hosts and /etc/resolv.conf in its directory. */
export const HOSTS_FILE = "hosts";
export const RESOLV_CONF = "resolv.conf";
/** Where a container on the host's files reads its variables and its program's arguments. */
export const LAUNCH_FILE = `${RUN_DIR}/env`;
/** The name, in the pod's directory, of the file that a container on the host's files sees as LAUNCH_FILE. */
export const environmentFile = (container: string) => `${container}.env`;
/** The rights that container-enter gives to what enters a container on the host's own files. */
export const enterFile = (container: string) => `${container}.enter`;
/** The name of the shell script that sets the words of a container's hook. */
export const hookCommandFile = (container: string, hook: "post-start" | "pre-stop") => `${container}.${hook}.command`;
/** crun's config.json of a container that runs on an image's files. */
export const bundleConfig = (container: string) => `${container}.json`;
export const bundleFile = (uid: string, container: string) => `${podRunDir(uid)}/${bundleConfig(container)}`;
/** The file with the time, in milliseconds, at which a container's image was first requested. */
export const pullRequestFile = (container: string) => `${container}.pull-requested`;
/** The file that names the package of a container. */
export const debFile = (container: string) => `${container}.deb`;
/** The mount point of an image volume; the last part is the digest of the image. */
export const imageVolumePath = (uid: string, volume: string, hex: string) =>
  `${podRunDir(uid)}/images/${volume}/${hex}`;
/** The directory of what containers on images share: `ipc`, `uts`, `pid`, and `shm`, their /dev/shm. */
export const podSandbox = (uid: string) => `${podRunDir(uid)}/sandbox`;
/** Names of the files in the pod's directory that have the result of the last CNI ADD, or its failure. */
export const NETWORK_RESULT = "network";
export const NETWORK_FAILURE = "network-failed";
/** The PID namespace of an ephemeral container's target, in the container's own mount namespace only. */
export const targetNamespace = (uid: string, container: string) => `${podRunDir(uid)}/${container}.target`;
/** The directory of the root file system of a container on an image, with what the container writes there. */
export const podRoot = (uid: string, container: string) => `${podStateDir(uid)}/roots/${container}`;
/** The /tmp and /var/tmp of a container on the host's files, `tmp` and `var-tmp`, empty at each start. */
export const privateTmp = (uid: string, container: string) => `${podStateDir(uid)}/tmp/${container}`;
/** The file at terminationMessagePath, new for each start. It lies on the disk, since its size has no limit. */
export const messageFile = (uid: string, container: string) => `${podStateDir(uid)}/${container}.message`;
/** The name of the file with the prober's input, in the pod's directory. */
export const probesFile = (container: string) => `${container}.probes`;
/** The file with the grace period of the probe that ends the container now, in seconds. */
export const stopGraceFile = (uid: string, container: string) => `${podRunDir(uid)}/${container}.stop-grace`;
/** The directory of a volume of the pod that is not on the disk: projected files, a tmpfs or a share. */
export const volumePath = (uid: string, volume: string) => `${podRunDir(uid)}/volumes/${volume}`;
/** The file that exists when the init container has exited with 0 since the boot. */
export const initializedMarker = (uid: string, container: string) => `${podRunDir(uid)}/${container}.initialized`;
/** The file that exists when the sidecar has started since the boot, by its startup probe if it has one. */
export const startedMarker = (uid: string, container: string) => `${podRunDir(uid)}/${container}.sidecar-started`;
/** The file that exists after a failed start: nothing but a run starts the container. */
export const heldMarker = (uid: string, container: string) => `${podRunDir(uid)}/${container}.held`;
/** The file that exists when the image of a running container was removed from the disk. */
export const lostRootMarker = (uid: string, container: string) => `${podRunDir(uid)}/${container}.lost-root`;
/** The file that exists when the container is not started again, by its restart policy. */
export const finishedMarker = (uid: string, container: string) => `${podStateDir(uid)}/${container}.finished`;

/** Certificates that the cluster has signed, each in one file with its key, so that both are replaced at once. */
export const PKI = `${STATE_DIR}/pki`;
export const CLIENT_KEY_PAIR = `${PKI}/client-current.pem`;
export const SERVING_KEY_PAIR = `${PKI}/serving-current.pem`;
/** The directory of an emptyDir on the disk. */
export const diskVolumePath = (uid: string, volume: string) => `${podStateDir(uid)}/volumes/${volume}`;
/** The file with what was prepared for the pod's volumes, to be repeated after a boot. */
export const storagePath = (uid: string) => `${podStateDir(uid)}/storage`;
/** The file of a container's subPaths, which container-subpaths reads. */
export const subPathsFile = (container: string) => `${container}.subpaths`;
/** The mount point of a subPath, by the index of the mount in the container's volumeMounts. */
export const subPathMount = (uid: string, container: string, at: number) =>
  `${podRunDir(uid)}/subpaths/${container}/${at}`;

/** The mount point of a hostPath volume below an allowed path. No container is called `.volumes`. */
export const hostPathMount = (uid: string, volume: string) => `${podRunDir(uid)}/subpaths/.volumes/${volume}`;

/** The socket of the terminal of a container on an image's files, if its pod asks for one. */
export const terminalPath = (uid: string, container: string) => `${podRunDir(uid)}/${container}.tty`;

/** The named pipe of the container's standard input, if its pod asks for one. */
export const inputPath = (uid: string, container: string) => `${podRunDir(uid)}/${container}.stdin`;

/** $PATH of a program whose pod and image set none, the default of container runtimes. */
export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Targets of /etc/resolv.conf on many hosts, below the /run that containers do not see. */
export const RESOLVER_PATHS = ["/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager/resolv.conf"];

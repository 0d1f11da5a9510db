/** Where things of pods lie; `uid` and names have been checked by unitfile/names.ts. */
export const STATE_DIR = "/var/lib/unitlet";
export const RUN_DIR = "/run/unitlet";

export const podStateDir = (uid: string) => `${STATE_DIR}/pods/${uid}`;
export const podRunDir = (uid: string) => `${RUN_DIR}/pods/${uid}`;
/** The pod's own /etc/hosts and /etc/resolv.conf, by the names that they have there. */
export const HOSTS_FILE = "hosts";
export const RESOLV_CONF = "resolv.conf";
/** Where a container on the host's files finds its variables and its program's words. */
export const LAUNCH_FILE = `${RUN_DIR}/env`;
export const environmentFile = (container: string) => `${container}.env`;
/** The rights that container-enter gives to what enters a container on the host's own files. */
export const enterFile = (container: string) => `${container}.enter`;
/** crun's config.json of a container that runs on an image's files. */
export const bundleConfig = (container: string) => `${container}.json`;
export const bundleFile = (uid: string, container: string) => `${podRunDir(uid)}/${bundleConfig(container)}`;
/** When a container's image was first asked for, in milliseconds. */
export const pullRequestFile = (container: string) => `${container}.pull-requested`;
/** Which package a container is of. */
export const debFile = (container: string) => `${container}.deb`;
/** Where the files of an image that is a volume are mounted; the last part tells which image. */
export const imageVolumePath = (uid: string, volume: string, hex: string) =>
  `${podRunDir(uid)}/images/${volume}/${hex}`;
/** Where what containers on images share is held: `ipc`, `uts`, `pid`, and `shm`, which they have as /dev/shm. */
export const podSandbox = (uid: string) => `${podRunDir(uid)}/sandbox`;
/** Of an ephemeral container: the PID namespace of its target, in its own mounts alone. */
export const targetNamespace = (uid: string, container: string) => `${podRunDir(uid)}/${container}.target`;
/** Where such a container has its root file system, and what it writes there. */
export const podRoot = (uid: string, container: string) => `${podStateDir(uid)}/roots/${container}`;
/** What a container says of its end: the file that it writes, made anew for each start. On disk, since nobody limits it. */
export const messageFile = (uid: string, container: string) => `${podStateDir(uid)}/${container}.message`;
export const probesFile = (container: string) => `${container}.probes`;
export const volumePath = (uid: string, volume: string) => `${podRunDir(uid)}/volumes/${volume}`;
export const initializedMarker = (uid: string, container: string) => `${podRunDir(uid)}/${container}.initialized`;
export const startedMarker = (uid: string, container: string) => `${podRunDir(uid)}/${container}.sidecar-started`;
export const finishedMarker = (uid: string, container: string) => `${podStateDir(uid)}/${container}.finished`;

/** Pairs that the cluster has signed, each with its key in one file: there is never a key without its certificate. */
export const PKI = `${STATE_DIR}/pki`;
export const CLIENT_KEY_PAIR = `${PKI}/client-current.pem`;
export const SERVING_KEY_PAIR = `${PKI}/serving-current.pem`;
/** Of an emptyDir on the disk. */
export const diskVolumePath = (uid: string, volume: string) => `${podStateDir(uid)}/volumes/${volume}`;
/** What was prepared for the pod's volumes, to be prepared again after a boot. */
export const storagePath = (uid: string) => `${podStateDir(uid)}/storage`;
/** Where what a subPath leads to is held for one of the container's mounts, by its place in volumeMounts. */
export const subPathMount = (uid: string, container: string, at: number) =>
  `${podRunDir(uid)}/subpaths/${container}/${at}`;

/** A socket: the terminal of a container on the files of an image, if its pod asks for one. */
export const terminalPath = (uid: string, container: string) => `${podRunDir(uid)}/${container}.tty`;

/** A named pipe: what is written there the container reads, if its pod asks for standard input. */
export const inputPath = (uid: string, container: string) => `${podRunDir(uid)}/${container}.stdin`;

/** $PATH of a program whose pod and image set none, as container runtimes have it. */
export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

import type { Instant } from "../api/time.ts";
import type { SeccompProfile } from "../seccomp-profile.ts";
import type { PackageRequest, Packages } from "./deb.ts";

/** The state of the images that pods name, by keys of unitfile/image-names.ts. */
export interface Images {
  readonly at: Instant;
  /** Images that are unpacked completely. */
  readonly stored: ReadonlyMap<string, StoredImage>;
  /** Pulls that failed and have not succeeded since. */
  readonly failed: ReadonlyMap<string, FailedPull>;
  /** Pulls in progress. */
  readonly pulling: ReadonlySet<string>;
  /** Programs that images need and this host lacks. */
  readonly missingTools: readonly string[];
  /** Read only while the disk of the images is too full. */
  readonly store?: ImageStore;
  /** Capabilities that this host has, as a bit set. A host that is itself a container lacks some. */
  readonly capabilities?: bigint;
  /** The runtimes' default profile of the distribution; undefined: the host has none. */
  readonly seccompProfile?: SeccompProfile;
  /** The state of the packages; undefined: no pod names a package. */
  readonly debs?: Packages;
}

export const NO_IMAGES: Images = { at: 0, stored: new Map(), failed: new Map(), pulling: new Set(), missingTools: [] };

/** One name and its image, by the last answer of the registry. */
export interface StoredImage {
  /** "docker.io/library/nginx:1.25" */
  readonly name: string;
  /** Digest of the index or manifest that the registry has under this name. */
  readonly digest: string;
  /** Directory of the root file system. */
  readonly tree: string;
  /** When the registry was last asked for this name. */
  readonly checkedAt: Instant;
  /** Digests of the credentials that could pull it; undefined: no credentials are needed. */
  readonly access?: readonly string[];
  /** When it was fetched, unless it was here already under another name. */
  readonly pulled?: { readonly from: Instant; readonly to: Instant };
  /** Bytes of the compressed layers. */
  readonly size: number;
  /** Bytes on this host's disk. */
  readonly diskSize: number;
  readonly config: ImageConfig;
  /** True for an archive with files below /usr alone: its container has the host's /usr and /etc besides. */
  readonly isLaidOverHost?: boolean;
  /** Texts of its /etc/passwd and /etc/group; "" where there is none. */
  readonly passwd: string;
  readonly group: string;
}

/** The image's configuration for the container. */
export interface ImageConfig {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** "NAME=value" */
  readonly environment: readonly string[];
  readonly workingDirectory: string;
  /** "user", "uid", "user:group", "uid:gid"; "" for root. */
  readonly user: string;
  /** "SIGQUIT", "3"; "" for TERM. */
  readonly stopSignal: string;
  /** Absolute paths without links, of directories that exist in the image or can be created there. */
  readonly volumes: readonly string[];
}

export interface FailedPull {
  /** The message of the tool that failed. */
  readonly message: string;
  readonly at: Instant;
  /** Consecutive failures. */
  readonly count: number;
}

/** A pull to be started. */
export interface DesiredPull {
  readonly key: string;
  readonly name: string;
  readonly repository: string;
  /** Thousandths of the disk's bytes and inodes that must stay free. */
  readonly reserve: { readonly bytes: number; readonly inodes: number };
  /** True when no failure concerns the pods that wait now: the record of an earlier failure is removed. */
  readonly isFirst: boolean;
  /** Content of an auth file, as skopeo reads it; undefined: the host's credentials, if any. */
  readonly auth?: string;
  /** Consecutive failures before this pull; undefined: none. */
  readonly failures?: number;
  /** Digest of `auth`. */
  readonly access?: string;
  /** Names of the pod's Secrets for registries that cannot be read. */
  readonly missing: readonly string[];
  /** The package to install; undefined for an image. */
  readonly deb?: PackageRequest;
}

/** unitlet's own directory, which no other tool cleans up. */
export const IMAGES = "/var/lib/unitlet/images";
export const PULLS = "/run/unitlet/images";

/** All images, and the size of their file system in bytes. */
export interface ImageStore {
  readonly trees: readonly StoredTree[];
  readonly diskTotal: number;
  readonly diskUsed: number;
}

/** An image's files on this host, with all names that mean it. */
export interface StoredTree {
  /** Digest of the index or manifest that the registry had under those names. */
  readonly digest: string;
  /** "docker.io/library/nginx:1.25", sorted. */
  readonly names: readonly string[];
  /** Bytes of the layers as the registry has them. */
  readonly size: number;
  /** Bytes on the disk, including files shared with other images. */
  readonly diskSize: number;
  readonly pulledAt: Instant;
  /** When a container was last started on it, or when it was pulled. */
  readonly usedAt: Instant;
  /** "POD-UID/CONTAINER" and "POD-UID/VOLUME" of those that use it or may use it again. */
  readonly users: readonly string[];
  /** True when an administrator has pinned one of its names: it is never removed as unused. */
  readonly isPinned?: boolean;
}

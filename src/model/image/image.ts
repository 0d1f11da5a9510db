import type { Instant } from "../api/time.ts";
import type { SeccompProfile } from "../seccomp-profile.ts";
import type { PackageRequest, Packages } from "./deb.ts";

/** What is known of the images that pods name. Keys as unitfile/image-names.ts makes them. */
export interface Images {
  readonly at: Instant;
  /** Unpacked and whole. */
  readonly stored: ReadonlyMap<string, StoredImage>;
  /** Pulls that failed, and were not repeated with success. */
  readonly failed: ReadonlyMap<string, FailedPull>;
  /** Pulls that are under way. */
  readonly pulling: ReadonlySet<string>;
  /** Programs that are needed for images and that this host does not have. */
  readonly missingTools: readonly string[];
  /** Looked at only while their disk is too full. */
  readonly store?: ImageStore;
  /** Numbers of the capabilities that can be had on this host at all, as bits: a host that is itself a container lacks some. */
  readonly capabilities?: bigint;
  /** Undefined: the host has none. */
  readonly seccompProfile?: SeccompProfile;
  /** Undefined: no pod names a package. */
  readonly debs?: Packages;
}

export const NO_IMAGES: Images = { at: 0, stored: new Map(), failed: new Map(), pulling: new Set(), missingTools: [] };

/** One name as the registry had it when it was asked last. */
export interface StoredImage {
  /** "docker.io/library/nginx:1.25" */
  readonly name: string;
  /** Of the index or manifest that the registry has under this name. */
  readonly digest: string;
  /** Its root file system. */
  readonly tree: string;
  /** When the registry was asked last whether the name still means this. */
  readonly checkedAt: Instant;
  /** Digests of the credentials with which it was asked for; undefined: anybody may have it. */
  readonly access?: readonly string[];
  /** When it was fetched, if it was not there already under another name. */
  readonly pulled?: { readonly from: Instant; readonly to: Instant };
  /** Bytes of the layers as the registry has them. */
  readonly size: number;
  /** Bytes on this host's disk. */
  readonly diskSize: number;
  readonly config: ImageConfig;
  /** Texts of its /etc/passwd and /etc/group; "" where there is none. */
  readonly passwd: string;
  readonly group: string;
}

/** What the image says about the container. */
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
  /** Absolute paths, without links: of directories that the image has, or that can be made in it. */
  readonly volumes: readonly string[];
}

export interface FailedPull {
  /** In the words of the tool that failed. */
  readonly message: string;
  readonly at: Instant;
  /** In a row. */
  readonly count: number;
}

/** A pull to be started. */
export interface DesiredPull {
  readonly key: string;
  readonly name: string;
  readonly repository: string;
  /** Thousandths of the disk's bytes and inodes that must stay free. */
  readonly reserve: { readonly bytes: number; readonly inodes: number };
  /** Earlier failures are none of its business. */
  readonly isFirst: boolean;
  /** Content of an auth file, as skopeo reads it; undefined: none, or what the host itself has. */
  readonly auth?: string;
  /** In a row before this one; undefined: none. */
  readonly failures?: number;
  /** Digest of `auth`. */
  readonly access?: string;
  /** Names of the pod's Secrets for registries that cannot be had. */
  readonly missing: readonly string[];
  /** Undefined: an image of files. */
  readonly deb?: PackageRequest;
}

/** No directory of a registry's tools: unitlet's own, so that nothing else clears it. */
export const IMAGES = "/var/lib/unitlet/images";
export const PULLS = "/run/unitlet/images";

/** All images, and the file system that they are on, in bytes. */
export interface ImageStore {
  readonly trees: readonly StoredTree[];
  readonly diskTotal: number;
  readonly diskUsed: number;
}

/** An image's files on this host, with all the names that lead to them. */
export interface StoredTree {
  /** Of the index or manifest that the registry had under those names. */
  readonly digest: string;
  /** "docker.io/library/nginx:1.25", sorted. */
  readonly names: readonly string[];
  /** Bytes of the layers as the registry has them. */
  readonly size: number;
  /** Also of files that it shares with others. */
  readonly diskSize: number;
  readonly pulledAt: Instant;
  /** When a container was last started on it, or when it came. */
  readonly usedAt: Instant;
  /** "POD-UID/CONTAINER" of those that run on it, or did and may again, and "POD-UID/VOLUME". */
  readonly users: readonly string[];
}

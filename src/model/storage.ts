/** What a run must prepare on the host before a container's mounts: once, in this order, until the pod is removed. */
export type Storage =
  | DirectoryStorage
  | MemoryStorage
  | HostStorage
  | ClaimStorage
  | ImageStorage
  | GroupStorage
  | SubPathStorage;

/** An empty directory that all containers can write to. */
export interface DirectoryStorage {
  readonly kind: "directory";
  readonly path: string;
  readonly gid?: number;
}

/** The same as a tmpfs. */
export interface MemoryStorage {
  readonly kind: "memory";
  readonly path: string;
  readonly gid?: number;
  /** Bytes. */
  readonly size: number;
}

/** A file or directory of the host that is created when missing, and stays when the pod is removed. */
export interface HostStorage {
  readonly kind: "host";
  readonly path: string;
  readonly make: "directory" | "file";
}

/** The directory of a claim of this node that is created when missing, and stays when the pod is removed. */
export interface ClaimStorage {
  readonly kind: "claim";
  readonly path: string;
  readonly claim: string;
  /** What the claim asks for and does not get, in words. */
  readonly lacks?: string;
}

/** The files of an image, read-only. */
export interface ImageStorage {
  readonly kind: "image";
  readonly path: string;
  /** The directory that all users of the image share. */
  readonly tree: string;
}

/** Gives the tree to this group, which can write to it. */
export interface GroupStorage {
  readonly kind: "group";
  /** Name of the volume. */
  readonly volume: string;
  readonly path: string;
  readonly gid: number;
  /** False: only while the directory itself does not belong to the group. */
  readonly always: boolean;
}

/** The target of a hostPath below an allowed path, mounted at a path of our own, so that no container can replace it by a link. */
export interface SubPathStorage {
  readonly kind: "sub-path";
  readonly path: string;
  /** The allowed path. */
  readonly root: string;
  readonly subPath: string;
  /** Created as a directory when missing. */
  readonly writable: boolean;
  /** Created as a file when missing, in a directory that exists. */
  readonly makesFile?: boolean;
}

/** Type of a file of the host, after following links. "no answer": its file system waits for a server or a program. */
export type HostFileType =
  | "directory"
  | "file"
  | "socket"
  | "character device"
  | "block device"
  | "other"
  | "no answer";

/** Returns the key by which a run recognizes prepared storage. */
export function storageKey(storage: Storage): string {
  return storage.kind === "group" ? `group/${storage.volume}` : storage.path;
}

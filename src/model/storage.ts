/** What must be on the host before a container's mounts can be made. Done once, in this order, and kept until the pod goes. */
export type Storage = DirectoryStorage | MemoryStorage | HostStorage | ImageStorage | GroupStorage | SubPathStorage;

/** An empty directory that all containers may write to. */
export interface DirectoryStorage {
  readonly kind: "directory";
  readonly path: string;
  readonly gid?: number;
}

/** The same, in memory. */
export interface MemoryStorage {
  readonly kind: "memory";
  readonly path: string;
  readonly gid?: number;
  /** Bytes. */
  readonly size: number;
}

/** A file or directory of the host that was not there, and stays when the pod goes. */
export interface HostStorage {
  readonly kind: "host";
  readonly path: string;
  readonly make: "directory" | "file";
}

/** The files of an image, for reading. */
export interface ImageStorage {
  readonly kind: "image";
  readonly path: string;
  /** Where they lie, together with those of all others who use them. */
  readonly tree: string;
}

/** All that lies there belongs to this group, which may write to it. */
export interface GroupStorage {
  readonly kind: "group";
  /** Names the volume. */
  readonly volume: string;
  readonly path: string;
  readonly gid: number;
  /** False: only when the directory itself is not so yet. */
  readonly always: boolean;
}

/** What a subPath leads to, mounted at a path of our own, so that nobody can put something else in its place. */
export interface SubPathStorage {
  readonly kind: "sub-path";
  readonly path: string;
  /** The volume's path. */
  readonly root: string;
  readonly subPath: string;
  /** Made where it is missing. */
  readonly writable: boolean;
}

/** As what a path of the host is found, links followed. */
export type HostFileType = "directory" | "file" | "socket" | "character device" | "block device" | "other";

/** Under which a run finds again what was prepared. */
export function storageKey(storage: Storage): string {
  return storage.kind === "group" ? `group/${storage.volume}` : storage.path;
}

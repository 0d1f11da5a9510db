import type { Instant } from "../api/time.ts";
import type { DebReference } from "./deb-reference.ts";

/** The state of the packages that pods name as their images. */
export interface Packages {
  /** False on a distribution without apt-get. */
  readonly supported: boolean;
  /**
   * Installed packages by keys of unitfile/image-names.ts. A package in another version than the reference names has no
   * entry.
   */
  readonly installed: ReadonlyMap<string, InstalledDeb>;
  /** Texts of the host's /etc/passwd and /etc/group, for the users that units of packages name. */
  readonly passwd: string;
  readonly group: string;
}

/** An installed package as dpkg reports it. */
export interface InstalledDeb {
  readonly package: string;
  readonly version: string;
  readonly architecture: string;
  /** When apt was last asked for a newer version; 0: never, because the package was there before. */
  readonly checkedAt: Instant;
  /** When it was installed for a pod; undefined: it was there before. */
  readonly pulled?: { readonly from: Instant; readonly to: Instant };
  /** Bytes on the disk, by the package's own account. */
  readonly size: number;
  /** Services sorted by name, without templates and aliases. */
  readonly services: readonly PackageService[];
  /** Directories below /var that only this package has: its daemon may write to them. */
  readonly directories: readonly string[];
}

/** A unit as it is on the host. */
export interface PackageService {
  /** "redis-server.service" */
  readonly name: string;
  /** The unit's file, then its drop-ins in order. */
  readonly texts: readonly string[];
}

/** A package to install or to look for. */
export interface PackageRequest {
  readonly reference: DebReference;
  /** Ask apt for a newer version although one is installed. */
  readonly anew: boolean;
}

/** The records that deb-pull writes. docs/files.md has the formats. */
export const DEBS = "/var/lib/unitlet/images/debs";

type PackageID = Pick<InstalledDeb, "package" | "version" | "architecture">;

/** Returns what identifies a package among the images of this host, in place of a digest. */
export const debID = ({ package: name, version, architecture }: PackageID) =>
  `deb://${name}:${architecture}=${version}`;

/** Returns the package of such an ID; undefined for the digest of an image. */
export function packageOf(id: string): string | undefined {
  return /^deb:\/\/([^:=]+)/.exec(id)?.[1];
}

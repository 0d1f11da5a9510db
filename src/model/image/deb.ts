import type { Instant } from "../api/time.ts";
import type { DebReference } from "./deb-reference.ts";

/** What is known of the packages that pods name as their images. */
export interface Packages {
  /** False where there is no apt-get: another distribution. */
  readonly supported: boolean;
  /** By keys of unitfile/image-names.ts; a package that is there in another version than the image says has no entry. */
  readonly installed: ReadonlyMap<string, InstalledDeb>;
  /** Texts of the host's /etc/passwd and /etc/group, for the users that units of packages name. */
  readonly passwd: string;
  readonly group: string;
}

/** A package as dpkg has it. */
export interface InstalledDeb {
  readonly package: string;
  readonly version: string;
  readonly architecture: string;
  /** When apt was asked last whether there is a newer one; 0: never, it was there before. */
  readonly checkedAt: Instant;
  /** When it was installed for a pod; undefined: it was there before. */
  readonly pulled?: { readonly from: Instant; readonly to: Instant };
  /** Bytes on the disk, as the package says. */
  readonly size: number;
  /** Its services, sorted by name: no templates, no second names. */
  readonly services: readonly PackageService[];
  /** Directories below /var that are this package's alone: what its daemon may write to. */
  readonly directories: readonly string[];
}

/** A unit as it is on the host. */
export interface PackageService {
  /** "redis-server.service" */
  readonly name: string;
  /** The unit's own file, then its drop-ins in the order in which they count. */
  readonly texts: readonly string[];
}

/** What is to be fetched or looked for. */
export interface PackageRequest {
  readonly reference: DebReference;
  /** Ask apt for a newer one, though there is one. */
  readonly anew: boolean;
}

/** The records that deb-pull writes. docs/files.md has the formats. */
export const DEBS = "/var/lib/unitlet/images/debs";

type PackageID = Pick<InstalledDeb, "package" | "version" | "architecture">;

/** In place of a digest, of packages among the images of this host. */
export const debID = ({ package: name, version, architecture }: PackageID) =>
  `deb://${name}:${architecture}=${version}`;

/** Its package; undefined for the digest of files. */
export function packageOf(id: string): string | undefined {
  return /^deb:\/\/([^:=]+)/.exec(id)?.[1];
}

/** A package of the distribution, by its name or as a file. */
export type DebReference = NamedPackage | PackageFile;

/** A package of the archives that the host's apt knows. */
export interface NamedPackage {
  readonly kind: "deb";
  /** "deb://redis-server=5:7.0.15-1", in canonical form. */
  readonly name: string;
  readonly package: string;
  /** Undefined: the installed version, or else the one that apt would install. */
  readonly version?: string;
}

/** A package file under a URL, which only the checksum authenticates. */
export interface PackageFile {
  readonly kind: "deb";
  /** With the checksum. */
  readonly name: string;
  readonly url: string;
  /** 64 hex digits. */
  readonly sha256: string;
}

interface Unreadable {
  readonly kind: "invalid";
  /** A phrase without the reference itself. */
  readonly because: string;
}

/** Debian policy's grammar, 5.6.1 and 5.6.12. With a "-" at its end apt-get would remove the package. */
const NAME = /^[a-z0-9][a-z0-9+.-]*[a-z0-9+.]$/;
const VERSION = /^(\d+:)?\d[A-Za-z0-9.+~-]*$/;
const MAX_NAME_LENGTH = 128;

const SCHEME = "deb://";

/** True for `deb://…` and for the URL of a .deb file, whether valid or not. */
export function isDeb(image: string): boolean {
  return image.startsWith(SCHEME) || /^https?:\/\/[^#]*\.deb(\?[^#]*)?(#|$)/.test(image);
}

/** Parses a reference to a package. Whatever it accepts is safe as an argument of apt-get. */
export function parseDeb(image: string): DebReference | Unreadable {
  if (!image.startsWith(SCHEME)) return parseFile(image);
  const words = image.slice(SCHEME.length);
  const at = words.indexOf("=");
  const name = at < 0 ? words : words.slice(0, at);
  const version = at < 0 ? undefined : words.slice(at + 1);
  if (!NAME.test(name) || name.length > MAX_NAME_LENGTH)
    return { kind: "invalid", because: `"${name}" is no name of a package: expected deb://NAME or deb://NAME=VERSION` };
  if (version !== undefined && (!VERSION.test(version) || version.length > MAX_NAME_LENGTH))
    return { kind: "invalid", because: `"${version}" is no version of a package` };
  return { kind: "deb", name: image, package: name, ...(version !== undefined && { version }) };
}

function parseFile(image: string): DebReference | Unreadable {
  const [url = "", sum = ""] = image.split("#");
  const sha256 = /^sha256=([0-9a-f]{64})$/.exec(sum)?.[1];
  if (!/^https:\/\/[!-~]+$/.test(url)) return { kind: "invalid", because: "a file is fetched by https only" };
  if (sha256 === undefined)
    return { kind: "invalid", because: "a file needs its checksum: append #sha256= and 64 hex digits" };
  return { kind: "deb", name: image, url, sha256 };
}

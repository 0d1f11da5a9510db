import { type DebReference, isDeb, parseDeb } from "./deb-reference.ts";
import { isUnit, parseUnit, type UnitReference } from "./unit-reference.ts";

/** What the field `image` names. */
export type ImageReference =
  | HostReference
  | OciReference
  | TarballReference
  | DebReference
  | UnitReference
  | InvalidReference;

/** An absolute path, `host` or `host:…`: the host's own files, without a pull. */
export interface HostReference {
  readonly kind: "host";
  /** The absolute path, which is the program of a container without a command. */
  readonly program?: string;
}

/** An image of a registry. */
export interface OciReference {
  readonly kind: "oci";
  /** "docker.io", "127.0.0.1:5000": the registry, unless the tools' configuration names a mirror. */
  readonly registry: string;
  /** The repository with its registry, without tag and digest: "docker.io/library/nginx". */
  readonly repository: string;
  /** The tag; undefined when there is a digest; "latest" when there is neither. */
  readonly tag?: string;
  /** "sha256:…"; it overrides a tag. */
  readonly digest?: string;
  /** The canonical reference: "docker.io/library/nginx:latest". */
  readonly name: string;
}

/** A root file system as a tar archive under a URL. */
export interface TarballReference {
  readonly kind: "tarball";
  /** The URL with its checksum, if it has one: only then it always means the same files. */
  readonly name: string;
  readonly url: string;
  /** 64 hex digits. */
  readonly sha256?: string;
}

export interface InvalidReference {
  readonly kind: "invalid";
  /** A phrase without the reference itself. */
  readonly because: string;
}

const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const HOST_NAME =
  /^[A-Za-z0-9](?:[-A-Za-z0-9]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[-A-Za-z0-9]*[A-Za-z0-9])?)*(?::[0-9]+)?$/;
const IPV6 = /^\[[0-9a-fA-F:]+\](?::[0-9]+)?$/;
const TAG = /^[A-Za-z0-9_][-A-Za-z0-9_.]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const MAX_NAME_LENGTH = 255;

/**
 * True for an image with a root file system of its own; false for the host's files, a package, a unit and an invalid
 * reference.
 */
export function hasOwnFiles({ kind }: ImageReference): boolean {
  return kind === "oci" || kind === "tarball";
}

/** Returns `image` without secrets: a URL loses its user, its password and its query, which may hold a token. */
export function redactCredentials(image: string): string {
  if (!/^https?:\/\//.test(image)) return image;
  return image.replace(/^(https?:\/\/)[^/?#]*@/, "$1").replace(/\?[^#]*/, "");
}

/** Parses `image` with Docker's defaults: docker.io, library/, latest. */
export function parseImage(image: string): ImageReference {
  if (image.startsWith("/")) return { kind: "host", program: image };
  if (image === "host" || image.startsWith("host:")) return { kind: "host" };
  if (isDeb(image)) return parseDeb(image);
  if (isUnit(image)) return parseUnit(image);
  if (image.startsWith("https://") || image.startsWith("http://")) return parseTarball(image);
  const at = image.indexOf("@");
  const digest = at < 0 ? undefined : image.slice(at + 1);
  const rest = at < 0 ? image : image.slice(0, at);
  const colon = rest.indexOf(":", rest.lastIndexOf("/") + 1);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  const { registry, path } = split(colon < 0 ? rest : rest.slice(0, colon));
  const because = problem(registry, path, tag, digest);
  if (because !== undefined) return { kind: "invalid", because };
  const repository = `${registry}/${path}`;
  if (digest !== undefined) return { kind: "oci", registry, repository, digest, name: `${repository}@${digest}` };
  return { kind: "oci", registry, repository, tag: tag ?? "latest", name: `${repository}:${tag ?? "latest"}` };
}

function parseTarball(image: string): TarballReference | InvalidReference {
  const [url = "", sum] = image.split("#");
  const sha256 = /^sha256=([0-9a-f]{64})$/.exec(sum ?? "")?.[1];
  if (!/^https:\/\/[!-~]+$/.test(url)) return { kind: "invalid", because: "a file is fetched by https only" };
  if (!/\.(tar(\.(gz|xz|zst))?|tgz)$/.test(url.replace(/\?.*$/, "")))
    return { kind: "invalid", because: "a file is a .tar, .tar.gz, .tar.xz or .tar.zst" };
  if (sha256 === undefined && sum !== undefined) return { kind: "invalid", because: NO_CHECKSUM };
  return { kind: "tarball", name: image, url, ...(sha256 !== undefined && { sha256 }) };
}

export const NO_CHECKSUM = "a file needs its checksum: append #sha256= and 64 hex digits";

/** Splits off the registry. A first component that does not look like a host belongs to Docker Hub. */
function split(name: string): { readonly registry: string; readonly path: string } {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(0, slash));
  const isHost = /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
  const registry = slash >= 0 && isHost ? first : "docker.io";
  const path = slash >= 0 && isHost ? name.slice(slash + 1) : name;
  const hub = registry === "index.docker.io" ? "docker.io" : registry;
  return { registry: hub, path: hub === "docker.io" && path !== "" && !path.includes("/") ? `library/${path}` : path };
}

/** Returns what is wrong with a reference, in the words of Docker's reference parser. */
function problem(registry: string, path: string, tag: string | undefined, digest: string | undefined) {
  if (!HOST_NAME.test(registry) && !IPV6.test(registry)) return "invalid reference format";
  if (/^library\/[0-9a-f]{64}$/.test(path))
    return "invalid repository name, cannot specify 64-byte hexadecimal strings";
  if (!PATH.test(path))
    return PATH.test(path.toLowerCase())
      ? `invalid reference format: repository name (${path}) must be lowercase`
      : "invalid reference format";
  if (registry.length + 1 + path.length > MAX_NAME_LENGTH)
    return `repository name must not be more than ${MAX_NAME_LENGTH} characters`;
  if (tag !== undefined && !TAG.test(tag)) return "invalid reference format";
  if (digest !== undefined && !DIGEST.test(digest)) return "invalid reference format";
  return undefined;
}

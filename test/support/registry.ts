import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { Machine } from "./machine.ts";
import { putFiles } from "./put-files.ts";
import { type TarEntry, tar } from "./tar.ts";

/** An image that a test makes. */
export interface Image {
  /** The layers, the lowest first. A Buffer is an archive, and a function returns one that is too large for the memory. */
  readonly layers: readonly (readonly TarEntry[] | Buffer | (() => Buffer))[];
  /** The field `config` of the image configuration (OCI): Entrypoint, Cmd, Env, User and others. */
  readonly config?: object;
  readonly compression?: "gzip" | "zstd" | "none";
  readonly architecture?: string;
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** The user and password of a closed registry, and the line of htpasswd for them. */
export const CREDENTIALS = "me:secret";
const HTPASSWD = "me:$2b$04$BE4Y/ebg0FInE0EcfoDdju8MF0BIohRn9gayQ5iat5T25edOQENwm\n";

export interface RegistryOptions {
  readonly port?: number;
  /** True when only clients with the CREDENTIALS are accepted. */
  readonly closed?: boolean;
}

const MEDIA = "application/vnd.oci.image";

/** A registry at the loopback address of a machine, for the pods of the machine. This class makes the images itself. */
export class Registry {
  readonly address: string;
  readonly #machine: Machine;
  readonly #flags: readonly string[];

  private constructor(machine: Machine, address: string, flags: readonly string[]) {
    this.address = address;
    this.#machine = machine;
    this.#flags = flags;
  }

  static async start(machine: Machine, { port = 5000, closed = false }: RegistryOptions = {}): Promise<Registry> {
    const address = `127.0.0.1:${port}`;
    const home = `/srv/registry-${port}`;
    const config = {
      version: 0.1,
      storage: { filesystem: { rootdirectory: home }, delete: { enabled: true } },
      http: { addr: address },
      ...(closed && { auth: { htpasswd: { realm: "closed", path: `${home}.users` } } }),
    };
    if (closed) await machine.write(`${home}.users`, HTPASSWD);
    await machine.write(`${home}.yml`, JSON.stringify(config));
    // Only registries.conf can allow a registry without TLS.
    await machine.write(
      `/etc/containers/registries.conf.d/test-${port}.conf`,
      `[[registry]]\nlocation = "${address}"\ninsecure = true\n`,
    );
    await machine.exec(`systemd-run --quiet --unit=registry-${port} docker-registry serve ${home}.yml`);
    await machine.until(() => machine.exec(`curl -s http://${address}/v2/`), { what: "the registry to answer" });
    return new Registry(machine, address, closed ? ["--dest-creds", CREDENTIALS] : []);
  }

  /** Stores images under one name, as an index if there are several. Returns the name for a pull. */
  async push(name: string, ...images: readonly Image[]): Promise<string> {
    const layout = `/srv/layouts/${name.replace(/[^a-z0-9]/g, "_")}`;
    await putFiles(this.#machine, layout, (directory) => writeLayout(directory, images));
    const image = `${this.address}/${name}`;
    const copy = ["skopeo", "copy", "--quiet", "--all", ...this.#flags, `oci:${layout}:latest`, `docker://${image}`];
    await this.#machine.exec(copy, { timeout: 170_000 });
    return image;
  }
}

/** Writes images into a directory in the layout of OCI, as an index if there are several. */
async function writeLayout(directory: string, images: readonly Image[]): Promise<void> {
  await mkdir(`${directory}/blobs/sha256`, { recursive: true });
  const store = async (content: string | Uint8Array, mediaType: string): Promise<Descriptor> => {
    const bytes = Buffer.from(content);
    const digest = digestOf(bytes);
    await writeFile(`${directory}/blobs/${digest.replace(":", "/")}`, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const manifests: object[] = [];
  for (const image of images) manifests.push(await makeManifest(image, store));
  const index = { schemaVersion: 2, mediaType: `${MEDIA}.index.v1+json`, manifests };
  const annotations = { "org.opencontainers.image.ref.name": "latest" };
  const top = images.length === 1 ? manifests[0] : await store(JSON.stringify(index), `${MEDIA}.index.v1+json`);
  await writeFile(`${directory}/oci-layout`, JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  await writeFile(
    `${directory}/index.json`,
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...top, platform: undefined, annotations }] }),
  );
}

/** Stores the blobs and the manifest of an image with `store`. Returns the descriptor of the manifest. */
export async function makeManifest(
  { layers, config = {}, compression = "gzip", architecture = "amd64" }: Image,
  store: (content: string | Uint8Array, mediaType: string) => Promise<Descriptor>,
): Promise<Descriptor & { readonly platform: object }> {
  const suffix = compression === "none" ? "" : `+${compression}`;
  const descriptors: Descriptor[] = [];
  const diffIDs: string[] = [];
  for (const layer of layers) {
    const made = typeof layer === "function" ? layer() : layer;
    const archive = Buffer.isBuffer(made) ? made : tar(made);
    descriptors.push(await store(pack(archive, compression), `${MEDIA}.layer.v1.tar${suffix}`));
    diffIDs.push(digestOf(archive));
  }
  const whole = { architecture, os: "linux", config, rootfs: { type: "layers", diff_ids: diffIDs } };
  const described = await store(JSON.stringify(whole), `${MEDIA}.config.v1+json`);
  const mediaType = `${MEDIA}.manifest.v1+json`;
  const text = JSON.stringify({ schemaVersion: 2, mediaType, config: described, layers: descriptors });
  return { ...(await store(text, mediaType)), platform: { architecture, os: "linux" } };
}

/** Returns the SHA-256 digest with its prefix `sha256:`. */
export function digestOf(content: Uint8Array): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** The compressed archives. A large layer that several images of a test share is compressed once. */
const packed = new WeakMap<Buffer, Buffer>();

function pack(archive: Buffer, compression: NonNullable<Image["compression"]>): Buffer {
  if (compression === "none") return archive;
  const known = compression === "gzip" ? packed.get(archive) : undefined;
  if (known !== undefined) return known;
  const bytes = compression === "gzip" ? gzipSync(archive, { level: 1 }) : zstdCompressSync(archive);
  if (compression === "gzip") packed.set(archive, bytes);
  return bytes;
}

const APPLETS = [
  "cat",
  "chmod",
  "echo",
  "env",
  "grep",
  "hostname",
  "id",
  "kill",
  "ls",
  "mkdir",
  "mknod",
  "mount",
  "ps",
  "pwd",
];
const MORE = [
  "readlink",
  "rm",
  "sh",
  "sleep",
  "stat",
  "test",
  "touch",
  "true",
  "httpd",
  "wget",
  "dd",
  "head",
  "umask",
  "ip",
];

/** Returns a small layer with a shell: Debian's busybox-static. */
export async function busybox(): Promise<readonly TarEntry[]> {
  const link = (name: string): TarEntry => ({ path: `bin/${name}`, type: "symlink", target: "busybox" });
  return [
    { path: "bin/", type: "directory" },
    { path: "bin/busybox", content: await readFile("/bin/busybox"), mode: 0o755 },
    ...[...APPLETS, ...MORE].map(link),
    { path: "etc/", type: "directory" },
    { path: "etc/passwd", content: "root:x:0:0::/root:/bin/sh\napp:x:1234:1235::/home/app:/bin/sh\n" },
    { path: "etc/group", content: "root:x:0:\napp:x:1235:\nextra:x:77:other,app\n" },
    { path: "tmp/", type: "directory", mode: 0o1777 },
  ];
}

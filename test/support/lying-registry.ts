import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Machine } from "./machine.ts";
import { type Descriptor, digestOf, type Image, makeManifest } from "./registry.ts";

/** A rule for requests: it responds and returns true, or returns false for the usual response of the registry. */
export type Lie = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A registry over plain HTTP with the responses of a test. Everything else is 404. */
export class LyingRegistry implements AsyncDisposable {
  /** The host and port for names of images. */
  readonly address: string;
  /** The method and path of each request. */
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #content = new Map<string, { readonly body: Uint8Array; readonly mediaType: string }>();
  #lies: readonly Lie[] = [];

  private constructor(server: Server, address: string) {
    this.#server = server;
    this.address = address;
    server.on("request", (request, response) => this.#answer(request, response));
  }

  /** Starts a registry. With `isKnown` the machine's registries.conf says that it has no TLS. */
  static async start(machine: Machine, isKnown = true): Promise<LyingRegistry> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const registry = new LyingRegistry(server, `${machine.hostAddress}:${(server.address() as AddressInfo).port}`);
    if (isKnown) await registry.makeKnown(machine);
    return registry;
  }

  async makeKnown(machine: Machine): Promise<void> {
    await machine.write(
      `/etc/containers/registries.conf.d/${this.address.replace(/\W/g, "-")}.conf`,
      `[[registry]]\nlocation = "${this.address}"\ninsecure = true\n`,
    );
  }

  /** Adds rules. The newest rule applies first. */
  lie(...lies: readonly Lie[]): void {
    this.#lies = [...lies, ...this.#lies];
  }

  /** Stores an image and returns the name for a pull. `name` is "repository:tag". */
  async put(name: string, image: Image): Promise<string> {
    return this.say(name, await this.manifest(name, image));
  }

  /** Stores the blobs and the manifest of an image, without its tag. Returns the descriptor of the manifest. */
  async manifest(name: string, image: Image): Promise<Descriptor> {
    return await makeManifest(image, (content, mediaType) => this.#store(name.split(":")[0] ?? "", content, mediaType));
  }

  /** Sets the manifest of a name to a stored one or to a text. Returns the name for a pull. */
  say(name: string, what: Descriptor | { readonly mediaType: string; readonly body: string | Uint8Array }): string {
    const [repository = "", tag = ""] = name.split(":");
    const { mediaType } = what;
    const body =
      "body" in what ? Buffer.from(what.body) : this.#content.get(`${repository}/manifests/${what.digest}`)?.body;
    this.#content.set(`${repository}/manifests/${tag}`, { body: body ?? Buffer.alloc(0), mediaType });
    if ("body" in what) void this.#store(repository, what.body, mediaType);
    return `${this.address}/${name}`;
  }

  async #store(repository: string, content: string | Uint8Array, mediaType: string): Promise<Descriptor> {
    const body = Buffer.from(content);
    const digest = digestOf(body);
    for (const kind of ["manifests", "blobs"])
      this.#content.set(`${repository}/${kind}/${digest}`, { body, mediaType });
    return { mediaType, digest, size: body.length };
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push(`${request.method} ${request.url}`);
    if (this.#lies.some((lie) => lie(request, response))) return;
    if (request.url === "/v2/") return void response.end("{}");
    const found = this.#content.get(request.url?.replace(/^\/v2\//, "") ?? "");
    if (found === undefined) {
      const code = request.url?.includes("/manifests/") ? "MANIFEST_UNKNOWN" : "BLOB_UNKNOWN";
      response.writeHead(404, { "content-type": "application/json" });
      return void response.end(JSON.stringify({ errors: [{ code, message: code.toLowerCase().replace("_", " ") }] }));
    }
    response.writeHead(200, { "content-type": found.mediaType, "content-length": found.body.length });
    response.end(request.method === "HEAD" ? undefined : found.body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

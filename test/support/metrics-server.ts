import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cluster } from "./cluster.ts";
import { run } from "./run.ts";

const build = fileURLToPath(new URL("../metrics-server/build.sh", import.meta.url));

/** The real metrics-server, as the API metrics.k8s.io of the control plane. It scrapes the nodes every 10 s. */
export class MetricsServer implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #files: string;
  readonly #cluster: Cluster;
  #said = "";

  private constructor(child: ChildProcess, files: string, cluster: Cluster) {
    this.#child = child;
    this.#files = files;
    this.#cluster = cluster;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#said = (this.#said + text).slice(-2000);
      });
  }

  static async start(cluster: Cluster): Promise<MetricsServer> {
    const program = (await run([build])).stdout.trim();
    const kubeconfig = join(dirname(dirname(cluster.ca)), "admin.kubeconfig");
    const [files, port] = [mkdtempSync(join(tmpdir(), "unitlet-metrics-server-")), await freePort()];
    const own = ["kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig"];
    const flags = [
      ...own.map((flag) => `--${flag}=${kubeconfig}`),
      ...["--metric-resolution=10s", "--kubelet-request-timeout=5s", `--secure-port=${port}`, `--cert-dir=${files}`],
      ...[`--kubelet-certificate-authority=${cluster.ca}`, "--kubelet-preferred-address-types=InternalIP"],
    ];
    const child = spawn(program, flags, { stdio: ["ignore", "pipe", "pipe"] });
    const server = new MetricsServer(child, files, cluster);
    await server.#register(port);
    return server;
  }

  /** The end of its log, for the message of a failed test. */
  get said(): string {
    return this.#said;
  }

  async #register(port: number): Promise<void> {
    const where = { namespace: "kube-system", name: "metrics-server" };
    // No kube-proxy serves cluster IPs here, and the API server resolves an external name itself.
    const service = { type: "ExternalName", externalName: "localhost", ports: [{ port }] };
    const group = { group: "metrics.k8s.io", version: "v1beta1", groupPriorityMinimum: 100, versionPriority: 100 };
    await this.#cluster.apply({ apiVersion: "v1", kind: "Service", metadata: where, spec: service }, where.namespace);
    await this.#cluster.apply({
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: "v1beta1.metrics.k8s.io" },
      spec: { ...group, service: { ...where, port }, insecureSkipTLSVerify: true },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cluster.kubectl(["delete", "apiservice", "v1beta1.metrics.k8s.io", "--ignore-not-found"]);
    const ended = new Promise((resolve) => this.#child.once("close", resolve));
    if (this.#child.exitCode === null && this.#child.kill()) await ended;
    rmSync(this.#files, { recursive: true });
  }
}

/** Returns a free port below the ephemeral ports, so that no connection takes it before metrics-server listens. */
async function freePort(): Promise<number> {
  const port = 20_000 + Math.floor(Math.random() * 6000);
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
  });
  if (!isFree) return await freePort();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

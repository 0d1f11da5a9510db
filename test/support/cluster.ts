import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type {
  KubernetesObject,
  V1CertificateSigningRequest,
  V1ConfigMap,
  V1Deployment,
  V1Lease,
  V1Node,
  V1Pod,
  V1Secret,
} from "@kubernetes/client-node";
import { ApiReader, type ReadableKind } from "./api-reader.ts";
import { isTransient, KUBECTL_RETRIES } from "./kubectl-errors.ts";
import { retry } from "./retries.ts";
import { type RunOptions, type RunResult, run } from "./run.ts";
import { type UntilOptions, until } from "./until.ts";

const script = fileURLToPath(new URL("../control-plane/control-plane.sh", import.meta.url));

interface Kinds {
  configmap: V1ConfigMap;
  csr: V1CertificateSigningRequest;
  deployment: V1Deployment;
  lease: V1Lease;
  node: V1Node;
  pod: V1Pod;
  secret: V1Secret;
}

export interface NodeKubeconfigOptions {
  readonly server?: string;
  /** True for a bearer token instead of a client certificate. Only node-1 to node-99 have a token. */
  readonly token?: boolean;
}

/** The control plane, which all test files of a run share. Each test file must use its own namespace and node names. */
export class Cluster {
  readonly url: string;
  /** The path of the CA certificate. */
  readonly ca: string;

  readonly #flags: readonly string[];
  /** kubectl as administrator. A call of the script for it would take 30 ms of CPU more. */
  readonly #kubectl: readonly [program: string, ...flags: string[]];
  readonly #reader: ApiReader;

  private constructor(variables: string, flags: readonly string[]) {
    const value = (name: string) => new RegExp(`${name}='(.*?)'`).exec(variables)?.[1] ?? "";
    this.url = value("UNITLET_API_SERVER");
    this.ca = value("UNITLET_API_CA");
    this.#flags = flags;
    const config = value("KUBECONFIG");
    const cache = join(dirname(config), "kubectl-cache");
    this.#kubectl = [join(value("PATH"), "kubectl"), `--kubeconfig=${config}`, `--cache-dir=${cache}`];
    this.#reader = new ApiReader(this.url, this.ca);
  }

  /**
   * Returns the control plane, started when needed. With `older` it is a second one, with an API server that is two years
   * old.
   */
  static async up({ older = false } = {}): Promise<Cluster> {
    const flags = older ? ["--older"] : [];
    await manage([...flags, "up"]);
    const { stdout } = await manage([...flags, "env"]);
    return new Cluster(stdout, flags);
  }

  /** Returns the URL of the API server for a machine. `hostAddress` is `machine.hostAddress`. */
  urlFor(hostAddress: string): string {
    return this.url.replace("127.0.0.1", hostAddress);
  }

  async kubectl(args: readonly string[], options: RunOptions = {}): Promise<string> {
    // Some kubectl commands wait for 150 s themselves.
    const call = () => run([...this.#kubectl, ...args], { timeout: 240_000, ...options });
    const isRepeated = ({ message }: Error) => isTransient(args, message);
    return (await retry(`kubectl ${args.join(" ")}`, call, isRepeated, KUBECTL_RETRIES)).stdout;
  }

  /** Creates a namespace with the default service account and the CA's ConfigMap, which pods need. Returns its full name. */
  async namespace(prefix: string): Promise<string> {
    // A control plane of an earlier run still has the namespaces of that run.
    const name = `${prefix}-${randomBytes(3).toString("hex")}`;
    await this.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    const ready = () => this.kubectl(["get", "-n", name, "serviceaccount/default", "configmap/kube-root-ca.crt"]);
    await until(ready, { what: `the default service account of namespace ${name}` });
    return name;
  }

  /** Applies YAML text or objects. */
  async apply(manifest: string | object | readonly object[], namespace = "default"): Promise<void> {
    const list = { apiVersion: "v1", kind: "List", items: Array.isArray(manifest) ? manifest : [manifest] };
    const stdin = typeof manifest === "string" ? manifest : JSON.stringify(list);
    await this.kubectl(["apply", "-n", namespace, "-f", "-"], { stdin });
  }

  /** Returns an object; undefined when there is none. */
  async get<K extends keyof Kinds>(kind: K, name: string, namespace?: string): Promise<Kinds[K] | undefined>;
  async get(kind: string, name: string, namespace?: string): Promise<KubernetesObject | undefined>;
  async get(kind: string, name: string, namespace = "default"): Promise<unknown> {
    if (ApiReader.knows(kind)) return this.#reader.get(kind, name, namespace);
    const json = await this.kubectl(["get", kind, name, "-n", namespace, "-o", "json", "--ignore-not-found"]);
    return json === "" ? undefined : JSON.parse(json);
  }

  /** Returns all objects of a kind in a namespace. */
  list<T extends KubernetesObject>(kind: ReadableKind, namespace: string): Promise<readonly T[]> {
    return this.#reader.list<T>(kind, namespace);
  }

  waitFor<T>(probe: () => Promise<T> | T, options: UntilOptions): Promise<T> {
    return until(probe, options);
  }

  async nodeKubeconfig(name: string, options: NodeKubeconfigOptions = {}): Promise<string> {
    const flags = options.token ? ["--token"] : [];
    if (options.server) flags.push("--server", options.server);
    return (await manage([...this.#flags, "node-kubeconfig", name, ...flags])).stdout;
  }

  /** Writes a certificate of the cluster's CA into a directory, as tls.crt and tls.key. */
  async servingCertificate(directory: string, names: readonly string[]): Promise<void> {
    await manage([...this.#flags, "serving-cert", directory, ...names]);
  }

  /**
   * Stops the API server until `thaw`: it accepts connections but does not respond. This affects every test file of the
   * run.
   */
  async freeze(): Promise<void> {
    await manage([...this.#flags, "freeze"]);
  }

  async thaw(): Promise<void> {
    await manage([...this.#flags, "thaw"]);
  }

  async stopApiServer(): Promise<void> {
    await manage([...this.#flags, "stop-apiserver"]);
  }

  async startApiServer(): Promise<void> {
    await manage([...this.#flags, "start-apiserver"]);
  }
}

function manage(args: readonly string[]): Promise<RunResult> {
  return run([script, ...args], { timeout: 240_000 });
}

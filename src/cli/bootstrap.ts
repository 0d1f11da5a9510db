import { readFileSync } from "node:fs";
import { loadSchema } from "../io/bundles/loaders.ts";
import { ApiError } from "../io/kube/api-error.ts";
import { fetchClusterInfo, parseToken, publicKeyHashes, signatureProblem } from "../io/pki/discovery.ts";
import { EX_USAGE } from "../model/exit-status.ts";
import type { Cluster } from "../model/host/config.ts";
import { CliError } from "./failure.ts";
import type { JoinOptions } from "./join-options.ts";

const TIMEOUT_MS = 10_000;

/**
 * Returns the cluster's address and certificate authority, and the token that may request a certificate. Throws
 * CliError.
 */
export async function bootstrapCluster(options: JoinOptions): Promise<Cluster> {
  const { bootstrapKubeconfig, server = "", token = "", caFile } = options;
  if (bootstrapKubeconfig !== undefined) return await fromKubeconfig(bootstrapKubeconfig);
  const ca = caFile === undefined ? await discover(server, token, options) : fileOf(caFile);
  if (caFile !== undefined) pin(ca, options, `--ca-file ${caFile}`);
  return { server, ca: { data: ca }, token: { data: token }, insecureSkipTLSVerify: false };
}

async function fromKubeconfig(path: string): Promise<Cluster> {
  const { readKubeconfig } = await loadSchema();
  const cluster = readKubeconfig(path);
  if (cluster === undefined) throw new CliError(`--bootstrap-kubeconfig ${path}: there is no such file`, EX_USAGE);
  if (cluster.insecureSkipTLSVerify)
    throw new CliError(
      `--bootstrap-kubeconfig ${path}: insecure-skip-tls-verify: a node must know its cluster; give certificate-authority`,
    );
  return cluster;
}

/**
 * Reads the ConfigMap cluster-info, which is public (kubeadm's `discovery/token/token.go: RetrieveValidatedConfigInfo`,
 * v1.36). Its signature proves the API server, and the hash proves the certificate authority in it.
 */
async function discover(server: string, text: string, options: JoinOptions): Promise<string> {
  const token = parseToken(text);
  if (token === undefined)
    throw new CliError(
      "the token is not a bootstrap token (abcdef.0123456789abcdef); with --ca-file any token that may ask for certificates will do",
      EX_USAGE,
    );
  if (options.hashes.length === 0 && !options.isUnsafe)
    throw new CliError(
      "--ca-cert-hash: how is this host to know that it talks to your cluster? Where kubeadm is: kubeadm token create --print-join-command; anywhere: openssl x509 -in ca.crt -noout -pubkey | openssl pkey -pubin -outform der | sha256sum. Without it: --ca-file FILE, or --unsafe-skip-ca-verification",
      EX_USAGE,
    );
  const info = await fetchClusterInfoFrom(server);
  const problem = signatureProblem(info, token);
  if (problem !== undefined) throw new CliError(problem);
  const { clusterInfoAuthority } = await loadSchema();
  const ca = clusterInfoAuthority(info.kubeconfig);
  if (ca === undefined)
    throw new CliError("cluster-info names no authority (certificate-authority-data): give --ca-file");
  pin(ca, options, "the authority of the cluster");
  // cluster-info is read again over a connection that the authority verifies: the first server was not verified.
  if ((await fetchClusterInfoFrom(server, ca)).kubeconfig !== info.kubeconfig)
    throw new CliError(
      "cluster-info differs over a verified connection: another server has answered the first request",
    );
  return ca;
}

async function fetchClusterInfoFrom(server: string, ca?: string) {
  try {
    return await fetchClusterInfo(server, TIMEOUT_MS, ca);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { status, message } = error;
    if (status === 0 && ca !== undefined)
      throw new CliError(`${server} is not a server of the authority that cluster-info names: ${message}`);
    if (status === 0) throw new CliError(`cannot reach ${server}: ${message}`);
    throw new CliError(
      `${message}\nThe cluster does not publish cluster-info to anonymous clients, as kubeadm clusters do: give --ca-file, or --bootstrap-kubeconfig`,
    );
  }
}

function pin(ca: string, { hashes }: JoinOptions, what: string): void {
  let found: readonly string[];
  try {
    found = publicKeyHashes(ca);
  } catch {
    found = [];
  }
  if (found.length === 0) throw new CliError(`${what}: is no PEM certificate`);
  if (hashes.length === 0 || found.some((hash) => hashes.includes(hash))) return;
  throw new CliError(
    `${what} has the hash ${found.join(", ")}, not ${hashes.join(", ")}: the hash is of another cluster, or another server answers at this address`,
  );
}

function fileOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new CliError(`--ca-file ${path}: ${(error as Error).message}`, EX_USAGE);
  }
}

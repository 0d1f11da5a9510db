import { createHash, createHmac, timingSafeEqual, X509Certificate } from "node:crypto";
import type { Cluster } from "../../model/host/config.ts";
import { ApiError } from "../kube/api-error.ts";
import { ApiClient } from "../kube/http.ts";

/** A bootstrap token. `id` is public; `secret` signs. */
export interface BootstrapToken {
  readonly id: string;
  readonly secret: string;
}

/** The content of the ConfigMap `kube-public/cluster-info`. */
export interface ClusterInfo {
  /** The kubeconfig of the cluster without credentials, as YAML. */
  readonly kubeconfig: string;
  readonly signatures: Readonly<Record<string, string>>;
}

/** Returns the parts of "ID.SECRET"; undefined when the text has another form. */
export function parseToken(text: string): BootstrapToken | undefined {
  const [, id, secret] = /^([a-z0-9]{6})\.([a-z0-9]{16})$/.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/**
 * Requests the public ConfigMap `kube-public/cluster-info` without credentials. Without `ca` the server is not verified.
 * `timeout` is in milliseconds. Throws ApiError.
 */
export async function fetchClusterInfo(server: string, timeout: number, ca?: string): Promise<ClusterInfo> {
  const cluster: Cluster = { server, insecureSkipTLSVerify: ca === undefined, ...(ca ? { ca: { data: ca } } : {}) };
  const api = new ApiClient(cluster, timeout, Number.POSITIVE_INFINITY);
  try {
    const path = "/api/v1/namespaces/kube-public/configmaps/cluster-info";
    const { data = {} } = await api.json<{ data?: Record<string, string> }>({ method: "GET", path });
    const signatures = Object.entries(data).filter(([key]) => key.startsWith(SIGNATURE));
    if (data.kubeconfig === undefined) throw new ApiError("cluster-info has no kubeconfig", 404, "NotFound");
    return { kubeconfig: data.kubeconfig, signatures: Object.fromEntries(signatures) };
  } finally {
    api.close();
  }
}

const SIGNATURE = "jws-kubeconfig-";

/**
 * Verifies the signature, a JWS (RFC 7515) with HS256. Its detached payload is the kubeconfig. Returns the problem; undefined
 * when the signature is valid.
 */
export function signatureProblem({ kubeconfig, signatures }: ClusterInfo, token: BootstrapToken): string | undefined {
  const signature = signatures[SIGNATURE + token.id];
  if (signature === undefined)
    return `the cluster does not know the token ${token.id} (it may have expired): make a new one with kubeadm token create, and check that the bootstrapsigner controller is enabled`;
  const [header = "", , given = ""] = signature.split(".");
  if (algorithm(header) !== "HS256")
    return `the signature of cluster-info by the token ${token.id} is not a JWS with HS256`;
  const made = createHmac("sha256", token.secret)
    .update(`${header}.${Buffer.from(kubeconfig).toString("base64url")}`)
    .digest();
  const sent = Buffer.from(given, "base64url");
  if (made.length === sent.length && timingSafeEqual(made, sent)) return undefined;
  return `cluster-info is not signed with the token ${token.id}: the token is wrong, or another server has this address`;
}

function algorithm(header: string): unknown {
  try {
    return (JSON.parse(Buffer.from(header, "base64url").toString()) as { alg?: unknown }).alg;
  } catch {
    return undefined;
  }
}

/**
 * Returns the hash of each certificate's public key in a PEM text, in the format of `kubeadm join
 * --discovery-token-ca-cert-hash`. Throws when a certificate cannot be parsed.
 */
export function publicKeyHashes(pem: string): readonly string[] {
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  return certificates.map((text) => {
    const key = new X509Certificate(text).publicKey.export({ type: "spki", format: "der" });
    return `sha256:${createHash("sha256").update(key).digest("hex")}`;
  });
}

import { createHash, randomBytes, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { V1CertificateSigningRequest } from "@kubernetes/client-node";
import type { Cluster } from "../../support/cluster.ts";
import type { Machine } from "../../support/machine.ts";
import type { RunResult } from "../../support/run.ts";
import { until } from "../../support/until.ts";

export interface TokenOptions {
  /** A group besides system:bootstrappers. The default is that of kubeadm, whose requests are approved automatically. */
  readonly group?: string;
}

/** Makes a bootstrap token like `kubeadm token create`, and waits until cluster-info is signed with it. Returns the token. */
export async function makeToken(cluster: Cluster, { group }: TokenOptions = {}): Promise<string> {
  const [id, secret] = [randomBytes(3).toString("hex"), randomBytes(8).toString("hex")];
  const groups = `system:bootstrappers:${group ?? "kubeadm:default-node-token"}`;
  const secretObject = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: `bootstrap-token-${id}`, namespace: "kube-system" },
    type: "bootstrap.kubernetes.io/token",
    stringData: {
      "token-id": id,
      "token-secret": secret,
      "usage-bootstrap-authentication": "true",
      "usage-bootstrap-signing": "true",
      "auth-extra-groups": groups,
    },
  };
  await cluster.apply(secretObject, "kube-system");
  const isSigned = async () => {
    const info = await cluster.get("configmap", "cluster-info", "kube-public");
    return info?.data?.[`jws-kubeconfig-${id}`] !== undefined;
  };
  await until(isSigned, { what: "the signature of cluster-info" });
  return `${id}.${secret}`;
}

/** Returns the hash of the CA's public key in the format of kubeadm. */
export function authorityHash(cluster: Cluster): string {
  const key = new X509Certificate(readFileSync(cluster.ca)).publicKey.export({ type: "spki", format: "der" });
  return `sha256:${createHash("sha256").update(key).digest("hex")}`;
}

/**
 * Runs `unitlet join` with the token on standard input, for a node on the host's network, since the cluster has no other one. Does
 * not throw when it fails.
 */
export async function join(
  machine: Machine,
  cluster: Cluster,
  token: string,
  flags: readonly string[] = ["--ca-cert-hash", authorityHash(cluster)],
): Promise<RunResult> {
  return await joinWith(machine, cluster, token, ["--pod-network", "host", ...flags]);
}

/** Runs `unitlet join` with these options and the token on standard input. Does not throw when it fails. */
export async function joinWith(
  machine: Machine,
  cluster: Cluster,
  token: string,
  flags: readonly string[],
): Promise<RunResult> {
  const server = cluster.urlFor(machine.hostAddress);
  const command = ["unitlet", "join", "--server", server, "--token", "-", "--timeout", "60", ...flags];
  return await machine.exec(command, { stdin: token, allowFailure: true, timeout: 120_000 });
}

/** Returns the names of the requests for this signer by this user, the oldest first. */
export async function requests(cluster: Cluster, signer: string, user: string): Promise<string[]> {
  const { items } = JSON.parse(
    await cluster.kubectl([
      "get",
      "csr",
      `--field-selector=spec.signerName=kubernetes.io/${signer}`,
      "--sort-by=.metadata.creationTimestamp",
      "-o",
      "json",
    ]),
  ) as { items: V1CertificateSigningRequest[] };
  return items.flatMap(({ metadata, spec }) => (spec.username === user ? [metadata?.name ?? ""] : []));
}

/** Returns a kubeconfig with server, CA and token. */
export function bootstrapKubeconfig(cluster: Cluster, server: string, token: string): object {
  const ca = readFileSync(cluster.ca).toString("base64");
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server, "certificate-authority-data": ca } }],
    users: [{ name: "u", user: { token } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  };
}

/** Returns a ClusterRoleBinding that gives a ClusterRole to a group of users. */
export function bindRole(name: string, role: string, group: string): object {
  const apiGroup = "rbac.authorization.k8s.io";
  return {
    apiVersion: `${apiGroup}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup, kind: "ClusterRole", name: role },
    subjects: [{ apiGroup, kind: "Group", name: group }],
  };
}

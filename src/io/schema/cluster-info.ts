import { loadYaml } from "@kubernetes/client-node";

/** The authority, PEM, of the one cluster that the kubeconfig of cluster-info names; undefined when it names none. */
export function clusterInfoAuthority(kubeconfig: string): string | undefined {
  type File = { clusters?: { cluster?: { "certificate-authority-data"?: unknown } }[] } | null;
  try {
    const data = loadYaml<File>(kubeconfig)?.clusters?.[0]?.cluster?.["certificate-authority-data"];
    return typeof data === "string" && data !== "" ? Buffer.from(data, "base64").toString() : undefined;
  } catch {
    return undefined;
  }
}

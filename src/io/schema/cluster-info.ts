import { parseYaml } from "./yaml.ts";

/** Returns the CA, as PEM, of the first cluster in the kubeconfig of cluster-info; undefined when there is none. */
export function clusterInfoAuthority(kubeconfig: string): string | undefined {
  type File = { clusters?: { cluster?: { "certificate-authority-data"?: unknown } }[] } | null;
  try {
    const file = parseYaml(kubeconfig)?.value as File | undefined;
    const data = file?.clusters?.[0]?.cluster?.["certificate-authority-data"];
    return typeof data === "string" && data !== "" ? Buffer.from(data, "base64").toString() : undefined;
  } catch {
    return undefined;
  }
}

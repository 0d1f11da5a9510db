import type { KubeletNames } from "../config/kubelet-names.ts";
import { loadSchema } from "../io/bundles/loaders.ts";
import { ApiError } from "../io/kube/api-error.ts";
import type { Kube } from "../io/kube/kube.ts";

/**
 * Returns the DNS settings of the cluster from the kubelet's configuration that kubeadm keeps (`kubeadm: KubeletBaseConfigurationConfigMap`,
 * v1.36); none when the cluster has no such object, or does not show it to nodes.
 */
export async function clusterNames(kube: Kube): Promise<KubeletNames> {
  try {
    const path = "/api/v1/namespaces/kube-system/configmaps/kubelet-config";
    const { data } = await kube.api.json<{ readonly data?: Readonly<Record<string, string>> }>({ method: "GET", path });
    return (await loadSchema()).kubeletNames(data?.kubelet ?? "");
  } catch (error) {
    if (error instanceof ApiError) return { names: {}, problems: {} };
    throw error;
  }
}

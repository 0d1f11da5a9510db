import { pushCoreDNS, pushKubeProxy } from "../../support/addon-images.ts";
import type { Node } from "../../support/node.ts";
import { clusterDNS } from "./cluster-dns.ts";
import type { ImageNode } from "./image-node.ts";
import { account, kubeProxy, type ProxyMode, proxyConfig } from "./kube-proxy.ts";

const NAMESPACE = "kube-system";

/**
 * Starts kube-proxy and CoreDNS as kubeadm v1.36 deploys them (`phases/addons`: `proxy/manifests.go`, `dns/manifests.go`).
 * One selector is added: the control plane is shared, and nodes of other test files must not get these pods.
 */
export async function startAddons({ node, registry }: ImageNode, mode: ProxyMode): Promise<void> {
  const [image, dns] = [await pushKubeProxy(registry), await pushCoreDNS(registry)];
  const nodeSelector = { "kubernetes.io/hostname": node.name };
  await node.cluster.apply(
    [
      ...account("kube-proxy", NAMESPACE, { binding: "kubeadm:node-proxier", role: "system:node-proxier" }),
      proxyConfig(node, NAMESPACE, mode),
      kubeProxy(NAMESPACE, image, nodeSelector),
      ...account("coredns", NAMESPACE, { binding: "system:coredns", role: "system:coredns" }),
      ...clusterDNS(node, dns),
    ],
    NAMESPACE,
  );
  await node.cluster.kubectl(["rollout", "status", "-n", NAMESPACE, "daemonset/kube-proxy", "--timeout=200s"]);
  await node.cluster.kubectl(["rollout", "status", "-n", NAMESPACE, "deployment/coredns", "--timeout=200s"]);
}

/** Changes the mode of kube-proxy as an administrator does: in its ConfigMap, with new pods. */
export async function changeMode(node: Node, mode: ProxyMode): Promise<void> {
  await node.cluster.apply(proxyConfig(node, NAMESPACE, mode), NAMESPACE);
  await node.cluster.kubectl(["rollout", "restart", "-n", NAMESPACE, "daemonset/kube-proxy"]);
  await node.cluster.kubectl(["rollout", "status", "-n", NAMESPACE, "daemonset/kube-proxy", "--timeout=200s"]);
}

export async function stopAddons({ cluster }: Node): Promise<void> {
  const own = ["daemonset/kube-proxy", "deployment/coredns", "service/kube-dns"];
  await cluster.kubectl(["delete", "-n", NAMESPACE, "--ignore-not-found", "--cascade=foreground", ...own]);
}

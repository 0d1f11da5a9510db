import type { V1DaemonSet } from "@kubernetes/client-node";
import { pushCoreDNS, pushKubeProxy } from "../../support/addon-images.ts";
import type { Node } from "../../support/node.ts";
import { clusterDNS } from "./cluster-dns.ts";
import type { ImageNode } from "./image-node.ts";

export type ProxyMode = "nftables" | "iptables";

const NAMESPACE = "kube-system";
const LINUX = { "kubernetes.io/os": "linux" };

/**
 * Starts kube-proxy and CoreDNS as kubeadm v1.36 deploys them (`phases/addons`: `proxy/manifests.go`, `dns/manifests.go`).
 * One selector is added: the control plane is shared, and nodes of other test files must not get these pods.
 */
export async function startAddons({ node, registry }: ImageNode, mode: ProxyMode): Promise<void> {
  const [proxy, dns] = [await pushKubeProxy(registry), await pushCoreDNS(registry)];
  await node.cluster.apply(
    [
      ...account("kube-proxy", "kubeadm:node-proxier", "system:node-proxier"),
      proxyConfig(node, mode),
      kubeProxy(node, proxy),
      ...account("coredns", "system:coredns", "system:coredns"),
      ...clusterDNS(node, dns),
    ],
    NAMESPACE,
  );
  await node.cluster.kubectl(["rollout", "status", "-n", NAMESPACE, "daemonset/kube-proxy", "--timeout=110s"]);
  await node.cluster.kubectl(["rollout", "status", "-n", NAMESPACE, "deployment/coredns", "--timeout=110s"]);
}

/** Changes the mode of kube-proxy as an administrator does: in its ConfigMap, with new pods. */
export async function changeMode(node: Node, mode: ProxyMode): Promise<void> {
  await node.cluster.apply(proxyConfig(node, mode), NAMESPACE);
  await node.cluster.kubectl(["rollout", "restart", "-n", NAMESPACE, "daemonset/kube-proxy"]);
  await node.cluster.kubectl(["rollout", "status", "-n", NAMESPACE, "daemonset/kube-proxy", "--timeout=110s"]);
}

export async function stopAddons({ cluster }: Node): Promise<void> {
  const own = ["daemonset/kube-proxy", "deployment/coredns", "service/kube-dns"];
  await cluster.kubectl(["delete", "-n", NAMESPACE, "--ignore-not-found", "--cascade=foreground", ...own]);
}

/** A service account of kube-system with a role of the cluster. */
function account(name: string, binding: string, role: string): readonly object[] {
  const group = "rbac.authorization.k8s.io";
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: NAMESPACE } },
    {
      apiVersion: `${group}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: binding },
      roleRef: { apiGroup: group, kind: "ClusterRole", name: role },
      subjects: [{ kind: "ServiceAccount", name, namespace: NAMESPACE }],
    },
  ];
}

function proxyConfig({ cluster, machine }: Node, mode: ProxyMode): object {
  const secrets = "/var/run/secrets/kubernetes.io/serviceaccount";
  const server = cluster.urlFor(machine.hostAddress);
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "default", cluster: { "certificate-authority": `${secrets}/ca.crt`, server } }],
    contexts: [{ name: "default", context: { cluster: "default", namespace: "default", user: "default" } }],
    "current-context": "default",
    users: [{ name: "default", user: { tokenFile: `${secrets}/token` } }],
  };
  const config = {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    bindAddress: "0.0.0.0",
    clientConnection: { kubeconfig: "/var/lib/kube-proxy/kubeconfig.conf" },
    // Only the first network namespace of a kernel may change this limit, and a machine of the tests has another one.
    conntrack: { maxPerCore: 0 },
    mode,
  };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "kube-proxy", namespace: NAMESPACE, labels: { app: "kube-proxy" } },
    data: { "kubeconfig.conf": JSON.stringify(kubeconfig), "config.conf": JSON.stringify(config) },
  };
}

function kubeProxy(node: Node, image: string): V1DaemonSet {
  const labels = { "k8s-app": "kube-proxy" };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "kube-proxy", namespace: NAMESPACE, labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: "RollingUpdate" },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: "system-node-critical",
          containers: [
            {
              name: "kube-proxy",
              image,
              imagePullPolicy: "IfNotPresent",
              command: [
                "/usr/local/bin/kube-proxy",
                "--config=/var/lib/kube-proxy/config.conf",
                "--hostname-override=$(NODE_NAME)",
              ],
              securityContext: { privileged: true },
              volumeMounts: [
                { mountPath: "/var/lib/kube-proxy", name: "kube-proxy" },
                { mountPath: "/run/xtables.lock", name: "xtables-lock", readOnly: false },
                { mountPath: "/lib/modules", name: "lib-modules", readOnly: true },
              ],
              env: [{ name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
            },
          ],
          hostNetwork: true,
          serviceAccountName: "kube-proxy",
          volumes: [
            { name: "kube-proxy", configMap: { name: "kube-proxy" } },
            { name: "xtables-lock", hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" } },
            { name: "lib-modules", hostPath: { path: "/lib/modules" } },
          ],
          tolerations: [{ operator: "Exists" }],
          nodeSelector: { ...LINUX, "kubernetes.io/hostname": node.name },
        },
      },
    },
  };
}

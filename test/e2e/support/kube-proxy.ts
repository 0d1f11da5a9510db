import type { V1DaemonSet } from "@kubernetes/client-node";
import type { Node } from "../../support/node.ts";

export type ProxyMode = "nftables" | "iptables";

/** Returns a service account with a role of the cluster. */
export function account(
  name: string,
  namespace: string,
  { binding, role }: { readonly binding: string; readonly role: string },
): readonly object[] {
  const group = "rbac.authorization.k8s.io";
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    {
      apiVersion: `${group}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: binding },
      roleRef: { apiGroup: group, kind: "ClusterRole", name: role },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
  ];
}

/** Returns the ConfigMap of kube-proxy. All nodes reach the API server at the address at which this one does. */
export function proxyConfig({ cluster, machine }: Node, namespace: string, mode: ProxyMode): object {
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
    metadata: { name: "kube-proxy", namespace, labels: { app: "kube-proxy" } },
    data: { "kubeconfig.conf": JSON.stringify(kubeconfig), "config.conf": JSON.stringify(config) },
  };
}

/** Returns the DaemonSet of kubeadm v1.36 for kube-proxy (`phases/addons/proxy/manifests.go`), for the selected nodes alone. */
export function kubeProxy(
  namespace: string,
  image: string,
  nodeSelector: Readonly<Record<string, string>>,
): V1DaemonSet {
  const labels = { "k8s-app": "kube-proxy" };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "kube-proxy", namespace, labels },
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
          nodeSelector: { "kubernetes.io/os": "linux", ...nodeSelector },
        },
      },
    },
  };
}

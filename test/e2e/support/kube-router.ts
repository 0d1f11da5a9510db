import type { V1Container, V1DaemonSet, V1VolumeMount } from "@kubernetes/client-node";
import { pushKubeRouter } from "../../support/addon-images.ts";
import type { ImageNode } from "./image-node.ts";
import { account } from "./kube-proxy.ts";
import type { LanNodes } from "./lan-nodes.ts";

const LABELS = { "k8s-app": "kube-router", tier: "node" };

/**
 * Starts kube-router v2.1.0 as its manifest for kubeadm deploys it (`daemonset/kubeadm-kuberouter.yaml`): with routes and
 * NetworkPolicy, beside kube-proxy. It runs on the nodes of a LAN alone and in the namespace of their pods. Does not wait
 * for it.
 */
export async function startKubeRouter(lan: LanNodes, images: readonly ImageNode[]): Promise<void> {
  const { cluster, namespace } = lan.first;
  const [image] = await Promise.all(images.map(({ registry }) => pushKubeRouter(registry)));
  if (image === undefined) throw new Error("kube-router needs a node");
  const name = `${namespace}-kube-router`;
  await cluster.apply(
    [
      clusterRole(name),
      ...account("kube-router", namespace, { binding: name, role: name }),
      configuration(namespace),
      daemonSet(namespace, image, lan.selector),
    ],
    namespace,
  );
}

function clusterRole(name: string): object {
  const read = ["list", "get", "watch"];
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name },
    rules: [
      { apiGroups: [""], resources: ["namespaces", "pods", "services", "nodes", "endpoints"], verbs: read },
      { apiGroups: ["networking.k8s.io", "extensions"], resources: ["networkpolicies"], verbs: read },
      { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update"] },
      { apiGroups: [""], resources: ["services/status"], verbs: ["update"] },
      { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: read },
    ],
  };
}

/** kube-router writes the range of the node into the copy of this on the host. */
function configuration(namespace: string): object {
  const bridge = {
    name: "kubernetes",
    type: "bridge",
    bridge: "kube-bridge",
    isDefaultGateway: true,
    ipam: { type: "host-local" },
  };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "kube-router-cfg", namespace, labels: LABELS },
    data: { "cni-conf.json": JSON.stringify({ cniVersion: "0.3.0", name: "mynet", plugins: [bridge] }) },
  };
}

const mount = (name: string, mountPath: string): V1VolumeMount => ({ name, mountPath });

function daemonSet(namespace: string, image: string, nodeSelector: Readonly<Record<string, string>>): V1DaemonSet {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "kube-router", namespace, labels: LABELS },
    spec: {
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: {
          nodeSelector,
          priorityClassName: "system-node-critical",
          serviceAccountName: "kube-router",
          serviceAccount: "kube-router",
          containers: [router(image)],
          initContainers: [installer(image)],
          hostNetwork: true,
          hostPID: true,
          tolerations: [
            { effect: "NoSchedule", operator: "Exists" },
            { key: "CriticalAddonsOnly", operator: "Exists" },
            { effect: "NoExecute", operator: "Exists" },
          ],
          volumes: [
            { name: "lib-modules", hostPath: { path: "/lib/modules" } },
            { name: "cni-conf-dir", hostPath: { path: "/etc/cni/net.d" } },
            { name: "kube-router-cfg", configMap: { name: "kube-router-cfg" } },
            { name: "kubeconfig", hostPath: { path: "/var/lib/kube-router/kubeconfig" } },
            { name: "xtables-lock", hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" } },
            { name: "host-opt", hostPath: { path: "/opt" } },
          ],
        },
      },
    },
  };
}

function router(image: string): V1Container {
  const own = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  return {
    name: "kube-router",
    image,
    imagePullPolicy: "Always",
    args: ["--run-router=true", "--run-firewall=true", "--run-service-proxy=false", "--bgp-graceful-restart=true"],
    env: [
      own("NODE_NAME", "spec.nodeName"),
      own("POD_NAME", "metadata.name"),
      { name: "KUBE_ROUTER_CNI_CONF_FILE", value: "/etc/cni/net.d/10-kuberouter.conflist" },
    ],
    livenessProbe: { httpGet: { path: "/healthz", port: 20244 }, initialDelaySeconds: 10, periodSeconds: 3 },
    resources: { requests: { cpu: "250m", memory: "250Mi" } },
    securityContext: { privileged: true },
    volumeMounts: [
      { ...mount("lib-modules", "/lib/modules"), readOnly: true },
      mount("cni-conf-dir", "/etc/cni/net.d"),
      { ...mount("kubeconfig", "/var/lib/kube-router/kubeconfig"), readOnly: true },
      mount("xtables-lock", "/run/xtables.lock"),
    ],
  };
}

function installer(image: string): V1Container {
  const script = `set -e -x
    if [ ! -f /etc/cni/net.d/10-kuberouter.conflist ]; then
      if [ -f /etc/cni/net.d/*.conf ]; then rm -f /etc/cni/net.d/*.conf; fi
      TMP=/etc/cni/net.d/.tmp-kuberouter-cfg
      cp /etc/kube-router/cni-conf.json \${TMP}
      mv \${TMP} /etc/cni/net.d/10-kuberouter.conflist
    fi
    if [ -x /usr/local/bin/cni-install ]; then /usr/local/bin/cni-install; fi`;
  return {
    name: "install-cni",
    image,
    imagePullPolicy: "Always",
    command: ["/bin/sh", "-c", script],
    volumeMounts: [
      mount("cni-conf-dir", "/etc/cni/net.d"),
      mount("kube-router-cfg", "/etc/kube-router"),
      mount("host-opt", "/opt"),
    ],
  };
}

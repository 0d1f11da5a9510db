import type { V1Container, V1DaemonSet, V1VolumeMount } from "@kubernetes/client-node";
import { type FlannelImages, pushFlannel } from "../../support/addon-images.ts";
import type { ImageNode } from "./image-node.ts";
import { account } from "./kube-proxy.ts";
import type { LanNodes } from "./lan-nodes.ts";

export type Backend = "host-gw" | "vxlan";

/** The network of all pods. The ranges of the nodes must be in it. */
const NETWORK = "10.88.0.0/16";

/**
 * Starts flannel v0.28.10 as its own manifest deploys it (`Documentation/kube-flannel.yml`), on the nodes of a LAN alone and in
 * the namespace of their pods. Does not wait for it.
 */
export async function startFlannel(lan: LanNodes, images: readonly ImageNode[], backend: Backend): Promise<void> {
  const { cluster, namespace } = lan.first;
  const [pushed] = await Promise.all(images.map(({ registry }) => pushFlannel(registry)));
  if (pushed === undefined) throw new Error("flannel needs a node");
  const name = `${namespace}-flannel`;
  await cluster.apply(
    [
      clusterRole(name),
      ...account("flannel", namespace, { binding: name, role: name }),
      configuration(namespace, backend),
      daemonSet(namespace, pushed, lan.selector),
    ],
    namespace,
  );
}

/** Changes the back end as an administrator does: in the ConfigMap, with new pods. */
export async function changeBackend(lan: LanNodes, backend: Backend): Promise<void> {
  await lan.first.apply(configuration(lan.first.namespace, backend));
  await lan.first.kubectl("rollout", "restart", "daemonset/kube-flannel-ds");
  await lan.first.kubectl("rollout", "status", "daemonset/kube-flannel-ds", "--timeout=200s");
}

function clusterRole(name: string): object {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name, labels: { "k8s-app": "flannel" } },
    rules: [
      { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
      { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
      { apiGroups: [""], resources: ["nodes/status"], verbs: ["patch"] },
    ],
  };
}

/** The version of CNI is one that the plugin of the module knows, which is older than the one of the manifest. */
function configuration(namespace: string, backend: Backend): object {
  const list = {
    name: "cbr0",
    cniVersion: "0.3.1",
    plugins: [
      { type: "flannel", delegate: { hairpinMode: true, isDefaultGateway: true } },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
  const network = { Network: NETWORK, EnableNFTables: false, Backend: { Type: backend } };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "kube-flannel-cfg", namespace, labels: { tier: "node", "k8s-app": "flannel", app: "flannel" } },
    data: { "cni-conf.json": JSON.stringify(list), "net-conf.json": JSON.stringify(network) },
  };
}

const mount = (name: string, mountPath: string): V1VolumeMount => ({ name, mountPath });

function daemonSet(
  namespace: string,
  images: FlannelImages,
  nodeSelector: Readonly<Record<string, string>>,
): V1DaemonSet {
  const linux = { matchExpressions: [{ key: "kubernetes.io/os", operator: "In", values: ["linux"] }] };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "kube-flannel-ds", namespace, labels: { tier: "node", app: "flannel", "k8s-app": "flannel" } },
    spec: {
      selector: { matchLabels: { app: "flannel" } },
      template: {
        metadata: { labels: { tier: "node", app: "flannel" } },
        spec: {
          affinity: {
            nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [linux] } },
          },
          nodeSelector,
          hostNetwork: true,
          priorityClassName: "system-node-critical",
          tolerations: [{ operator: "Exists", effect: "NoSchedule" }],
          serviceAccountName: "flannel",
          initContainers: [
            {
              name: "install-cni-plugin",
              image: images.plugin,
              command: ["cp"],
              args: ["-f", "/flannel", "/opt/cni/bin/flannel"],
              volumeMounts: [mount("cni-plugin", "/opt/cni/bin")],
            },
            {
              name: "install-cni",
              image: images.flannel,
              command: ["/opt/bin/install-conf"],
              args: ["/etc/kube-flannel/cni-conf.json", "/etc/cni/net.d/10-flannel.conflist"],
              volumeMounts: [mount("cni", "/etc/cni/net.d"), mount("flannel-cfg", "/etc/kube-flannel/")],
            },
          ],
          containers: [container(images.flannel)],
          volumes: [
            { name: "run", hostPath: { path: "/run/flannel" } },
            { name: "cni-plugin", hostPath: { path: "/opt/cni/bin" } },
            { name: "cni", hostPath: { path: "/etc/cni/net.d" } },
            { name: "flannel-cfg", configMap: { name: "kube-flannel-cfg" } },
            { name: "xtables-lock", hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" } },
          ],
        },
      },
    },
  };
}

function container(image: string): V1Container {
  const own = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  return {
    name: "kube-flannel",
    image,
    command: ["/opt/bin/flanneld"],
    args: ["--ip-masq", "--kube-subnet-mgr", "--healthz-port=8081"],
    ports: [{ name: "healthz", containerPort: 8081, protocol: "TCP" }],
    livenessProbe: { httpGet: { path: "/healthz", port: "healthz" }, initialDelaySeconds: 10, periodSeconds: 30 },
    readinessProbe: { httpGet: { path: "/readyz", port: "healthz" }, initialDelaySeconds: 5, periodSeconds: 10 },
    resources: { requests: { cpu: "100m", memory: "50Mi" } },
    securityContext: { privileged: false, capabilities: { add: ["NET_ADMIN", "NET_RAW"] } },
    env: [
      own("POD_NAME", "metadata.name"),
      own("POD_NAMESPACE", "metadata.namespace"),
      { name: "EVENT_QUEUE_DEPTH", value: "5000" },
      { name: "CONT_WHEN_CACHE_NOT_READY", value: "false" },
    ],
    volumeMounts: [
      mount("run", "/run/flannel"),
      mount("flannel-cfg", "/etc/kube-flannel/"),
      mount("xtables-lock", "/run/xtables.lock"),
    ],
  };
}

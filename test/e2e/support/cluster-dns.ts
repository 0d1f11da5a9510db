import type { V1Deployment } from "@kubernetes/client-node";
import type { Node } from "../../support/node.ts";

const labels = { "k8s-app": "kube-dns" };
const namespace = "kube-system";

/** The cluster IP of the Service `kube-dns`, as kubeadm chooses it: the tenth address of the range of Services. */
export const CLUSTER_DNS = "10.96.0.10";

const COREFILE = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
`;

/** The objects of kubeadm for CoreDNS but for its account, with pods on this node alone (`addons/dns/manifests.go`, v1.36). */
export function clusterDNS(node: Node, image: string): readonly object[] {
  const watch = { verbs: ["list", "watch"] };
  const port = (name: string, of: number, protocol = "TCP") => ({ name, port: of, protocol, targetPort: of });
  return [
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "system:coredns" },
      rules: [
        { apiGroups: [""], resources: ["endpoints", "services", "pods", "namespaces"], ...watch },
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], ...watch },
      ],
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "coredns", namespace }, data: { Corefile: COREFILE } },
    deployment(node, image),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kube-dns", namespace, labels },
      spec: {
        clusterIP: CLUSTER_DNS,
        ports: [port("dns", 53, "UDP"), port("dns-tcp", 53), port("metrics", 9153)],
        selector: labels,
      },
    },
  ];
}

function deployment(node: Node, image: string): V1Deployment {
  const antiAffinity = {
    weight: 100,
    podAffinityTerm: {
      labelSelector: { matchExpressions: [{ key: "k8s-app", operator: "In", values: ["kube-dns"] }] },
      topologyKey: "kubernetes.io/hostname",
    },
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "coredns", namespace, labels },
    spec: {
      replicas: 2,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: "system-cluster-critical",
          serviceAccountName: "coredns",
          affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [antiAffinity] } },
          tolerations: [
            { key: "CriticalAddonsOnly", operator: "Exists" },
            { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" },
          ],
          nodeSelector: { "kubernetes.io/os": "linux", "kubernetes.io/hostname": node.name },
          containers: [container(image)],
          dnsPolicy: "Default",
          volumes: [
            { name: "config-volume", configMap: { name: "coredns", items: [{ key: "Corefile", path: "Corefile" }] } },
          ],
        },
      },
    },
  };
}

function container(image: string) {
  const port = (name: string, containerPort: number, protocol = "TCP") => ({ name, containerPort, protocol });
  return {
    name: "coredns",
    image,
    imagePullPolicy: "IfNotPresent",
    resources: { limits: { memory: "170Mi" }, requests: { cpu: "100m", memory: "70Mi" } },
    args: ["-conf", "/etc/coredns/Corefile"],
    volumeMounts: [{ name: "config-volume", mountPath: "/etc/coredns", readOnly: true }],
    ports: [
      port("dns", 53, "UDP"),
      port("dns-tcp", 53),
      port("metrics", 9153),
      port("liveness-probe", 8080),
      port("readiness-probe", 8181),
    ],
    livenessProbe: {
      httpGet: { path: "/health", port: "liveness-probe", scheme: "HTTP" },
      initialDelaySeconds: 60,
      timeoutSeconds: 5,
      successThreshold: 1,
      failureThreshold: 5,
    },
    readinessProbe: { httpGet: { path: "/ready", port: "readiness-probe", scheme: "HTTP" } },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { add: ["NET_BIND_SERVICE"], drop: ["ALL"] },
      readOnlyRootFilesystem: true,
    },
  };
}

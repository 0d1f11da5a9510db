import type { PodSpec } from "../../../src/model/api/pod.ts";
import { container, hostPath, mount, own, PRIVILEGED, READ_ONLY } from "./parts.ts";

/** `kube-router` (cloudnativelabs/kube-router, `daemonset/kubeadm-kuberouter.yaml`, v2.1.0). */
export const KUBE_ROUTER: PodSpec = {
  hostNetwork: true,
  hostPID: true,
  priorityClassName: "system-node-critical",
  initContainers: [
    container("install-cni", { volumeMounts: [mount("cni-net", "/etc/cni/net.d"), mount("opt", "/opt")] }),
  ],
  containers: [
    container("kube-router", {
      securityContext: PRIVILEGED,
      env: [own("NODE_NAME", "spec.nodeName"), own("POD_NAME", "metadata.name")],
      livenessProbe: { httpGet: { path: "/healthz", port: 20244 }, initialDelaySeconds: 10, periodSeconds: 3 },
      volumeMounts: [
        mount("modules", "/lib/modules", READ_ONLY),
        mount("cni-net", "/etc/cni/net.d"),
        mount("kubeconfig", "/var/lib/kube-router/kubeconfig", READ_ONLY),
        mount("xtables-lock", "/run/xtables.lock"),
      ],
    }),
  ],
  volumes: [
    hostPath("modules", "/lib/modules"),
    hostPath("cni-net", "/etc/cni/net.d"),
    hostPath("kubeconfig", "/var/lib/kube-router/kubeconfig"),
    hostPath("xtables-lock", "/run/xtables.lock", "FileOrCreate"),
    hostPath("opt", "/opt"),
  ],
};

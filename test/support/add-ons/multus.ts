import type { PodSpec } from "../../../src/model/api/pod.ts";
import { container, FOLLOWING, hostPath, mount, own, PRIVILEGED, SHARED } from "./parts.ts";

const LITTLE = { cpu: "100m", memory: "50Mi" };

/** `kube-multus-ds` (k8snetworkplumbingwg/multus-cni, `deployments/multus-daemonset-thick.yml`, commit 05517e26). */
export const MULTUS: PodSpec = {
  hostNetwork: true,
  hostPID: true,
  terminationGracePeriodSeconds: 10,
  initContainers: [
    container("install-multus-binary", {
      securityContext: PRIVILEGED,
      resources: { requests: { cpu: "10m", memory: "15Mi" } },
      terminationMessagePolicy: "FallbackToLogsOnError",
      volumeMounts: [mount("cni-bin", "/host/opt/cni/bin", SHARED)],
    }),
  ],
  containers: [
    container("kube-multus", {
      securityContext: PRIVILEGED,
      resources: { requests: LITTLE, limits: LITTLE },
      env: [own("MULTUS_NODE_NAME", "spec.nodeName")],
      volumeMounts: [
        mount("cni-net", "/host/etc/cni/net.d"),
        mount("cni-bin", "/opt/cni/bin"),
        mount("run", "/host/run"),
        mount("lib-multus", "/var/lib/cni/multus"),
        mount("kubelet", "/var/lib/kubelet", FOLLOWING),
        mount("run-cni", "/run/k8s.cni.cncf.io"),
        mount("netns", "/run/netns", FOLLOWING),
        mount("root", "/hostroot", FOLLOWING),
      ],
    }),
  ],
  volumes: [
    hostPath("cni-net", "/etc/cni/net.d"),
    hostPath("cni-bin", "/opt/cni/bin"),
    hostPath("root", "/"),
    hostPath("run", "/run"),
    hostPath("lib-multus", "/var/lib/cni/multus"),
    hostPath("kubelet", "/var/lib/kubelet"),
    hostPath("run-cni", "/run/k8s.cni.cncf.io"),
    hostPath("netns", "/run/netns/"),
  ],
};

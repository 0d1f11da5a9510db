import type { PodSpec } from "../../../src/model/api/pod.ts";
import { container, hostPath, mount, own, PRIVILEGED, READ_ONLY, SHARED } from "./parts.ts";

/** `longhorn-manager` (longhorn/longhorn, `deploy/longhorn.yaml`, commit 000e9249). */
export const LONGHORN_MANAGER: PodSpec = {
  hostNetwork: false,
  containers: [
    container("longhorn-manager", {
      securityContext: PRIVILEGED,
      ports: [{ containerPort: 9500, name: "manager" }],
      readinessProbe: { httpGet: { path: "/v1/healthz", port: 9501, scheme: "HTTPS" } },
      env: [own("POD_IP", "status.podIP"), own("NODE_NAME", "spec.nodeName")],
      volumeMounts: [
        mount("dev", "/host/dev/"),
        mount("proc", "/host/proc/"),
        mount("longhorn", "/var/lib/longhorn/", SHARED),
        mount("tls", "/tls-files/"),
      ],
    }),
  ],
  volumes: [
    hostPath("dev", "/dev/"),
    hostPath("proc", "/proc/"),
    hostPath("longhorn", "/var/lib/longhorn/"),
    { name: "tls", secret: { secretName: "longhorn-grpc-tls", optional: true } },
  ],
};

/** `longhorn-csi-plugin` (longhorn/longhorn-manager, `csi/deployment.go`, commit 00362659). */
export const LONGHORN_CSI: PodSpec = {
  hostNetwork: false,
  hostPID: true,
  containers: [
    container("node-driver-registrar", {
      securityContext: PRIVILEGED,
      volumeMounts: [mount("socket", "/csi/"), mount("registration", "/registration")],
    }),
    container("longhorn-csi-plugin", {
      securityContext: { ...PRIVILEGED, allowPrivilegeEscalation: true, capabilities: { add: ["SYS_ADMIN"] } },
      volumeMounts: [
        mount("socket", "/csi/"),
        mount("csi", "/var/lib/kubelet/plugins/kubernetes.io/csi", SHARED),
        mount("pods", "/var/lib/kubelet/pods", SHARED),
        mount("dev", "/dev"),
        mount("sys", "/sys"),
        mount("proc", "/host/proc"),
        mount("modules", "/lib/modules", READ_ONLY),
      ],
    }),
  ],
  volumes: [
    hostPath("csi", "/var/lib/kubelet/plugins/kubernetes.io/csi", "DirectoryOrCreate"),
    hostPath("registration", "/var/lib/kubelet/plugins_registry", "DirectoryOrCreate"),
    hostPath("socket", "/var/lib/kubelet/plugins/driver.longhorn.io", "DirectoryOrCreate"),
    hostPath("pods", "/var/lib/kubelet/pods", "DirectoryOrCreate"),
    hostPath("dev", "/dev"),
    hostPath("sys", "/sys"),
    hostPath("proc", "/proc"),
    hostPath("modules", "/lib/modules"),
  ],
};

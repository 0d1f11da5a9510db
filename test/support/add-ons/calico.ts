import type { PodSpec } from "../../../src/model/api/pod.ts";
import { container, exec, hostPath, mount, own, PRIVILEGED, READ_ONLY, SHARED } from "./parts.ts";

const OPTIONAL_CONFIG = [{ configMapRef: { name: "kubernetes-services-endpoint", optional: true } }];

/** `calico-node` (projectcalico/calico, `manifests/calico.yaml`, commit 0039c9cd). */
export const CALICO: PodSpec = {
  hostNetwork: true,
  priorityClassName: "system-node-critical",
  terminationGracePeriodSeconds: 0,
  securityContext: { seccompProfile: { type: "RuntimeDefault" } },
  initContainers: [
    container("upgrade-ipam", {
      envFrom: OPTIONAL_CONFIG,
      env: [own("KUBERNETES_NODE_NAME", "spec.nodeName")],
      securityContext: PRIVILEGED,
      volumeMounts: [mount("networks", "/var/lib/cni/networks"), mount("cni-bin", "/host/opt/cni/bin")],
    }),
    container("install-cni", {
      securityContext: PRIVILEGED,
      volumeMounts: [mount("cni-bin", "/host/opt/cni/bin"), mount("cni-net", "/host/etc/cni/net.d")],
    }),
    container("ebpf-bootstrap", {
      securityContext: PRIVILEGED,
      volumeMounts: [
        mount("sys-fs", "/sys/fs", SHARED),
        mount("run-calico", "/var/run/calico", SHARED),
        mount("proc", "/nodeproc", READ_ONLY),
      ],
    }),
  ],
  containers: [
    container("calico-node", {
      securityContext: PRIVILEGED,
      resources: { requests: { cpu: "250m" } },
      lifecycle: { preStop: exec("/bin/calico-node", "-shutdown") },
      livenessProbe: { ...exec("/bin/calico-node", "-felix-live"), failureThreshold: 6, timeoutSeconds: 10 },
      readinessProbe: { ...exec("/bin/calico-node", "-felix-ready"), timeoutSeconds: 10 },
      volumeMounts: [
        mount("cni-net", "/host/etc/cni/net.d"),
        mount("modules", "/lib/modules", READ_ONLY),
        mount("xtables-lock", "/run/xtables.lock"),
        mount("run-calico", "/var/run/calico"),
        mount("lib-calico", "/var/lib/calico"),
        mount("policysync", "/var/run/nodeagent"),
        mount("bpffs", "/sys/fs/bpf"),
        mount("log", "/var/log/calico/cni", READ_ONLY),
      ],
    }),
  ],
  volumes: [
    hostPath("modules", "/lib/modules"),
    hostPath("run-calico", "/var/run/calico", "DirectoryOrCreate"),
    hostPath("lib-calico", "/var/lib/calico", "DirectoryOrCreate"),
    hostPath("xtables-lock", "/run/xtables.lock", "FileOrCreate"),
    hostPath("sys-fs", "/sys/fs/", "DirectoryOrCreate"),
    hostPath("bpffs", "/sys/fs/bpf", "Directory"),
    hostPath("proc", "/proc"),
    hostPath("cni-bin", "/opt/cni/bin", "DirectoryOrCreate"),
    hostPath("cni-net", "/etc/cni/net.d"),
    hostPath("log", "/var/log/calico/cni"),
    hostPath("networks", "/var/lib/cni/networks"),
    hostPath("policysync", "/var/run/nodeagent", "DirectoryOrCreate"),
  ],
};

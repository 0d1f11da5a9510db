import type { PodSpec } from "../../../src/model/api/pod.ts";
import { container, exec, FOLLOWING, hostPath, mount, PRIVILEGED, READ_ONLY, SHARED } from "./parts.ts";

const CILIUM_RIGHTS = {
  seLinuxOptions: { level: "s0", type: "spc_t" },
  capabilities: {
    add: ["CHOWN", "KILL", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "SYS_MODULE", "SYS_ADMIN", "SYS_RESOURCE", "SYSLOG"],
    drop: ["ALL"],
  },
};
const CILIUM_ENTERS = {
  seLinuxOptions: CILIUM_RIGHTS.seLinuxOptions,
  capabilities: { add: ["SYS_ADMIN", "SYS_CHROOT", "SYS_PTRACE"], drop: ["ALL"] },
};
const CILIUM_PROBE = {
  httpGet: { host: "127.0.0.1", path: "/healthz", port: 9879, httpHeaders: [{ name: "brief", value: "true" }] },
};

/** `cilium` (cilium/cilium, `install/kubernetes/cilium/templates/cilium-agent/daemonset.yaml`, commit 02515d1e, default values). */
export const CILIUM: PodSpec = {
  hostNetwork: true,
  priorityClassName: "system-node-critical",
  terminationGracePeriodSeconds: 1,
  securityContext: { appArmorProfile: { type: "Unconfined" }, seccompProfile: { type: "Unconfined" } },
  initContainers: [
    container("config", { volumeMounts: [mount("tmp", "/tmp")] }),
    container("mount-cgroup", {
      securityContext: CILIUM_ENTERS,
      volumeMounts: [mount("proc", "/hostproc"), mount("cni-bin", "/hostbin")],
    }),
    container("mount-bpf-fs", {
      securityContext: PRIVILEGED,
      volumeMounts: [mount("bpf", "/sys/fs/bpf", SHARED)],
    }),
    container("clean-cilium-state", {
      securityContext: CILIUM_RIGHTS,
      volumeMounts: [mount("bpf", "/sys/fs/bpf"), mount("cgroup", "/run/cilium/cgroupv2", FOLLOWING)],
    }),
    container("install-cni-binaries", {
      securityContext: { seLinuxOptions: CILIUM_RIGHTS.seLinuxOptions, capabilities: { drop: ["ALL"] } },
      volumeMounts: [mount("cni-bin", "/host/opt/cni/bin")],
    }),
  ],
  containers: [
    container("cilium-agent", {
      securityContext: CILIUM_RIGHTS,
      terminationMessagePolicy: "FallbackToLogsOnError",
      startupProbe: { ...CILIUM_PROBE, failureThreshold: 300, periodSeconds: 2 },
      livenessProbe: { ...CILIUM_PROBE, failureThreshold: 10, timeoutSeconds: 5 },
      lifecycle: { preStop: exec("/cni-uninstall.sh") },
      volumeMounts: [
        mount("proc-sys-net", "/host/proc/sys/net"),
        mount("proc-sys-kernel", "/host/proc/sys/kernel"),
        mount("bpf", "/sys/fs/bpf", FOLLOWING),
        mount("run", "/var/run/cilium"),
        mount("cni-net", "/host/etc/cni/net.d"),
        mount("clustermesh", "/var/lib/cilium/clustermesh", READ_ONLY),
        mount("modules", "/lib/modules", READ_ONLY),
        mount("xtables-lock", "/run/xtables.lock"),
        mount("tmp", "/tmp"),
      ],
    }),
  ],
  volumes: [
    { name: "tmp", emptyDir: {} },
    hostPath("run", "/var/run/cilium", "DirectoryOrCreate"),
    hostPath("bpf", "/sys/fs/bpf", "DirectoryOrCreate"),
    hostPath("proc", "/proc", "Directory"),
    hostPath("cgroup", "/run/cilium/cgroupv2", "DirectoryOrCreate"),
    hostPath("cni-bin", "/opt/cni/bin", "DirectoryOrCreate"),
    hostPath("cni-net", "/etc/cni/net.d", "DirectoryOrCreate"),
    hostPath("modules", "/lib/modules"),
    hostPath("xtables-lock", "/run/xtables.lock", "FileOrCreate"),
    hostPath("proc-sys-net", "/proc/sys/net", "Directory"),
    hostPath("proc-sys-kernel", "/proc/sys/kernel", "Directory"),
    {
      name: "clustermesh",
      projected: { defaultMode: 0o400, sources: [{ secret: { name: "cilium-clustermesh", optional: true } }] },
    },
  ],
};

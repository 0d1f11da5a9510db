import { expect, test } from "vitest";
import type { PodSpec } from "../../src/model/api/pod.ts";
import { type Images, NO_IMAGES } from "../../src/model/image/image.ts";
import type { HostFileType } from "../../src/model/storage.ts";
import { imageKey } from "../../src/unitfile/image-names.ts";
import { CALICO } from "../support/add-ons/calico.ts";
import { CILIUM } from "../support/add-ons/cilium.ts";
import { KUBE_ROUTER } from "../support/add-ons/kube-router.ts";
import { LONGHORN_CSI, LONGHORN_MANAGER } from "../support/add-ons/longhorn.ts";
import { MULTUS } from "../support/add-ons/multus.ts";
import { CONFIG, NO_IMAGE_CONFIG, NO_REFERENCES, NOW, pod, runnable, UID } from "./base.ts";

const NAME = "example.org/add-on:1";
const STORED = {
  ...{ name: NAME, digest: `sha256:${"ab".repeat(32)}`, tree: "/trees/ab/rootfs", checkedAt: 0, size: 1, diskSize: 1 },
  config: { ...NO_IMAGE_CONFIG, entrypoint: ["/entrypoint"] },
  ...{ passwd: "", group: "" },
};
const IMAGES: Images = { ...NO_IMAGES, stored: new Map([[imageKey({ kind: "oci", name: NAME }), STORED]]) };

/** The files of any host with systemd. */
const HOST_FILES = new Map<string, HostFileType>(
  [
    "/",
    "/dev",
    "/lib/modules",
    "/opt",
    "/proc",
    "/proc/sys/kernel",
    "/proc/sys/net",
    "/run",
    "/sys",
    "/sys/fs",
    "/sys/fs/bpf",
  ].map((path) => [path, "directory"]),
);

const missing = (because: string) => ({ ok: false, missing: true, because, at: NOW }) as const;
const REFERENCES = new Map([
  ...NO_REFERENCES,
  ["configmap/shop/kubernetes-services-endpoint", missing("not found")],
  ["secret/shop/cilium-clustermesh", missing("not found")],
  ["secret/shop/longhorn-grpc-tls", missing("not found")],
] as const);

function outcome(spec: PodSpec) {
  const config = { ...CONFIG, imagePulls: "allow", podNetwork: "cni" } as const;
  const address = spec.hostNetwork ? {} : { namespacePath: `/run/unitlet/pods/${UID}/sandbox/net` };
  const network = { addresses: ["10.86.0.2"], isHost: Boolean(spec.hostNetwork), ...address };
  const found = runnable(pod(spec), { config, network, images: IMAGES, hostFiles: HOST_FILES, references: REFERENCES });
  return {
    // Others are notes: an SELinux label has no effect on a host without SELinux.
    problems: found.problems.filter(({ severity }) => severity !== "note"),
    waiting: found.containers.flatMap(({ name, unit, waiting }) => (unit === undefined ? [[name, waiting]] : [])),
    made: found.storage.flatMap((each) => (each.kind === "host" ? [each.path] : [])),
  };
}

const NOTHING = { problems: [], waiting: [] };

test.for<[string, PodSpec, readonly string[]]>([
  [
    "calico",
    CALICO,
    [
      ...["/var/run/calico", "/var/lib/calico", "/run/xtables.lock", "/opt/cni/bin", "/etc/cni/net.d"],
      ...["/var/log/calico/cni", "/var/lib/cni/networks", "/var/run/nodeagent"],
    ],
  ],
  [
    "cilium",
    CILIUM,
    ["/var/run/cilium", "/run/cilium/cgroupv2", "/opt/cni/bin", "/etc/cni/net.d", "/run/xtables.lock"],
  ],
  [
    "multus",
    MULTUS,
    ["/etc/cni/net.d", "/opt/cni/bin", "/var/lib/cni/multus", "/var/lib/kubelet", "/run/k8s.cni.cncf.io", "/run/netns"],
  ],
  ["kube-router", KUBE_ROUTER, ["/etc/cni/net.d", "/var/lib/kube-router/kubeconfig", "/run/xtables.lock"]],
  ["longhorn", LONGHORN_MANAGER, ["/var/lib/longhorn"]],
  [
    "the CSI driver of longhorn",
    LONGHORN_CSI,
    [
      "/var/lib/kubelet/plugins/kubernetes.io/csi",
      "/var/lib/kubelet/plugins_registry",
      "/var/lib/kubelet/plugins/driver.longhorn.io",
      "/var/lib/kubelet/pods",
    ],
  ],
])("%s runs, nothing of it is ignored, and the missing paths are made", ([, spec, made]) => {
  expect(outcome(spec)).toEqual({ ...NOTHING, made });
});

import type { Cluster } from "../../support/cluster.ts";
import { Machine } from "../../support/machine.ts";
import { busybox, Registry } from "../../support/registry.ts";
import { run } from "../../support/run.ts";
import { Account } from "../account.ts";
import type { Admin } from "../admin.ts";
import { Pods, type Wish } from "../pods.ts";
import type { Side } from "./side.ts";

const TOOLS = "/opt/kubelet";

/** `KubeletConfiguration`: its defaults, with as many pods as unitlet has here, and what a machine of the tests needs. */
const CONFIGURATION = {
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  maxPods: 600,
  cgroupDriver: "systemd",
  // The machine has the controllers of cgroup v1, and uses the swap of its host.
  failCgroupV1: false,
  failSwapOn: false,
  containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
  authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
  authorization: { mode: "AlwaysAllow" },
  // The files of the machine are in memory, and those of its host count for the limits.
  evictionHard: { "memory.available": "1Mi" },
  imageGCHighThresholdPercent: 100,
  clusterDNS: ["10.96.0.10"],
  clusterDomain: "cluster.local",
};

const containerd = (sandboxImage: string) => `
version = 2
root = "/var/lib/unitlet/containerd"
[plugins."io.containerd.grpc.v1.cri"]
restrict_oom_score_adj = true
sandbox_image = "${sandboxImage}"
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "/etc/cni/net.d"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = true
BinaryName = "${TOOLS}/runc"
`;

/** The chain that unitlet writes for `podNetwork = bridge`, as far as pods without ports and limits need it. */
const NETWORK = {
  cniVersion: "1.0.0",
  name: "bench",
  plugins: [
    {
      type: "bridge",
      bridge: "cni0",
      isGateway: true,
      ipMasq: true,
      hairpinMode: true,
      ipam: { type: "host-local", ranges: [[{ subnet: "10.88.0.0/16" }]], routes: [{ dst: "0.0.0.0/0" }] },
    },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
};

/** A machine with the kubelet and containerd of the same computer, for comparisons within one run. */
export class KubeletNode implements Side {
  readonly machine: Machine;
  readonly account: Account;
  readonly pods: Pods;
  /** The kubelet knows pods of images alone. */
  readonly wish: Wish;
  /** Its port lets everyone in. */
  readonly identity = [];

  private constructor(machine: Machine, account: Account, pods: Pods, image: string) {
    this.machine = machine;
    this.account = account;
    this.pods = pods;
    this.wish = { image };
  }

  static async join(cluster: Cluster, admin: Admin): Promise<KubeletNode> {
    const machine = await Machine.boot("bench-kubelet", { net: "private", ownDisk: true });
    const { name } = machine;
    await machine.put((await run(["test/kubelet/build.sh"])).stdout.trim(), TOOLS);
    const registry = await Registry.start(machine);
    const config = { Cmd: ["sleep", "1000000"], Env: ["PATH=/bin"] };
    const image = await registry.push("busybox:1", { layers: [await busybox()], config });
    const server = cluster.urlFor(machine.hostAddress);
    await machine.write("/etc/kubelet/kubeconfig", await cluster.nodeKubeconfig(name, { server }), 0o600);
    await machine.write("/etc/kubelet/config.json", JSON.stringify(CONFIGURATION));
    await machine.write("/etc/kubelet/containerd.toml", containerd(image));
    await machine.write("/etc/cni/net.d/10-bench.conflist", JSON.stringify(NETWORK));
    await start(machine);
    const node = () => cluster.kubectl(["get", `node/${name}`]);
    await machine.until(node, { what: "the kubelet to register its node" });
    await cluster.kubectl(["wait", "--for=condition=Ready", `node/${name}`, "--timeout=150s"]);
    const namespace = await cluster.namespace(name);
    const pods = await Pods.create(admin, namespace, name);
    return new KubeletNode(machine, await Account.open(machine), pods, image);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.pods[Symbol.dispose]();
    await this.machine[Symbol.asyncDispose]();
  }
}

/**
 * What the kubelet finds on a computer and not in this machine: the messages of the kernel, which stay empty here, and the
 * values of sysctls that it demands. It would set those of the computer.
 */
const PREPARATION = `
  mkfifo /dev/kmsg
  systemd-run --quiet --unit=kmsg sh -c 'exec sleep infinity 3<>/dev/kmsg'
  mkdir /run/sysctl
  for pair in vm/overcommit_memory=1 kernel/panic=10 kernel/panic_on_oops=1; do
    file=\${pair%%=*}
    echo "\${pair#*=}" >"/run/sysctl/\${file##*/}"
    mount --bind "/run/sysctl/\${file##*/}" "/proc/sys/$file"
  done`;

async function start(machine: Machine): Promise<void> {
  const path = `--setenv=PATH=${TOOLS}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  const properties = ["Delegate=yes", "KillMode=process", "LimitNOFILE=1048576"].map((text) => `--property=${text}`);
  const service = (name: string, command: string) =>
    machine.exec([
      "systemd-run",
      "--quiet",
      `--unit=${name}`,
      ...properties,
      path,
      ...`${TOOLS}/${command}`.split(" "),
    ]);
  await machine.exec(PREPARATION);
  await service("containerd-bench", "containerd --config /etc/kubelet/containerd.toml");
  await machine.until(() => machine.exec(`${TOOLS}/ctr version`), { what: "containerd to answer" });
  const flags = `--kubeconfig=/etc/kubelet/kubeconfig --hostname-override=${machine.name} --node-ip=${machine.address}`;
  await service("kubelet-bench", `kubelet --config=/etc/kubelet/config.json ${flags}`);
}

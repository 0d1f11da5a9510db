import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";
import { authorityHash, makeToken } from "../support/joining.ts";
import { untilAllowed } from "../support/until-allowed.ts";

const NAME = "join-network";
const NAMES = "kubelet-config";
const namespaced = { metadata: { name: NAMES, namespace: "kube-system" } };

/** What kubeadm keeps for nodes (`kubeadm: phases/kubelet`, v1.36). */
const KUBELET_CONFIG = [
  {
    ...{ apiVersion: "v1", kind: "ConfigMap", ...namespaced },
    data: { kubelet: "kind: KubeletConfiguration\nclusterDNS: [10.96.0.10]\nclusterDomain: example.org\n" },
  },
  {
    ...{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", ...namespaced },
    rules: [{ apiGroups: [""], resources: ["configmaps"], resourceNames: [NAMES], verbs: ["get"] }],
  },
  {
    ...{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding", ...namespaced },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: NAMES },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:nodes" }],
  },
];

const NETWORK = {
  cniVersion: "1.0.0",
  name: "pods",
  type: "bridge",
  ipam: { type: "host-local", subnet: "10.88.0.0/24" },
};

const SETTINGS = "/etc/unitlet/unitlet.conf.d/60-join.conf";

let cluster: Cluster;
let machine: Machine;

beforeAll(async () => {
  cluster = await Cluster.up();
  await cluster.kubectl(["delete", "node", NAME, "--ignore-not-found"]);
  machine = await Machine.boot("join-network", { net: "private" });
  await install(machine);
  await cluster.apply(KUBELET_CONFIG, "kube-system");
  const user = ["--as=system:node:any", "--as-group=system:nodes"];
  await untilAllowed(cluster, ["get", `configmap/${NAMES}`, "--namespace=kube-system", ...user]);
});

afterAll(async () => {
  await cluster.kubectl(["delete", "configmap,role,rolebinding", NAMES, "--namespace=kube-system"]);
  await machine[Symbol.asyncDispose]();
});

/** Joins with a token of its own, and returns what the command prints. */
async function join(...more: readonly string[]): Promise<string> {
  const server = ["--server", cluster.urlFor(machine.hostAddress), "--ca-cert-hash", authorityHash(cluster)];
  const words = ["unitlet", "join", "--token", "-", ...server, ...more];
  return (await machine.exec(words, { stdin: await makeToken(cluster), timeout: 180_000 })).stdout;
}

test("the first join is one to the network of the cluster, with the cluster's names", async () => {
  expect(await join()).toContain(
    "is ready once the cluster's network add-on has configured its network in /etc/cni/net.d.",
  );
  expect(await machine.read(SETTINGS)).toBe(
    "# Written by unitlet join.\npodNetwork = cni\nclusterDNS = 10.96.0.10\nclusterDomain = example.org\n",
  );
  const node = await cluster.get("node", NAME);
  expect(node?.spec?.taints?.map(({ key }) => key) ?? []).not.toContain("unitlet.dev/host");
});

test("the node is ready once there is a network", async () => {
  await machine.write("/etc/cni/net.d/10-pods.conf", JSON.stringify(NETWORK));
  await cluster.kubectl(["wait", "--for=condition=Ready", `node/${NAME}`, "--timeout=150s"]);
});

test("a node that moves to the host's network has the host's name servers, and takes usable names when it moves back", async () => {
  await join("--pod-network", "host");
  expect(await machine.read(SETTINGS)).toBe("# Written by unitlet join.\npodNetwork = host\n");
  const data = { kubelet: "clusterDNS: [10.96.0.10]\nclusterDomain: example.org.\n" };
  await cluster.kubectl([
    "patch",
    "configmap",
    NAMES,
    "--namespace=kube-system",
    `--patch=${JSON.stringify({ data })}`,
  ]);
  expect(await join("--pod-network", "cni")).toContain(
    "Not taken from the ConfigMap kubelet-config of kube-system: clusterDomain (expected a DNS name in lower case, without a dot at the end). Set it in /etc/unitlet/unitlet.conf.\n",
  );
  expect(await machine.read(SETTINGS)).toBe("# Written by unitlet join.\npodNetwork = cni\nclusterDNS = 10.96.0.10\n");
});

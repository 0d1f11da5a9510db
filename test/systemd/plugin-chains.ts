import type { Machine } from "../support/machine.ts";

const POD = "/run/unitlet/pods/u-1";
/** The network namespace of the pod that `connected` connects. */
export const NET = `${POD}/sandbox/net`;
const HELPER = "/usr/local/lib/unitlet/pod-network";
const ARGUMENTS = [
  ...["portMappings", '[{"hostPort":8080,"containerPort":80,"protocol":"tcp"}]'],
  ...["bandwidth", '{"ingressRate":1000000,"ingressBurst":2147483647}'],
];

/** A plugin's part of a CNI configuration list. */
export interface Plugin {
  readonly type: string;
  readonly capabilities?: Readonly<Record<string, boolean>>;
}

export const plugin = (type: string, more: object = {}): Plugin => ({ type, ...more });

/** Addresses that no plugin has to choose. */
export const STATIC = { ipam: { type: "static", addresses: [{ address: "10.91.0.5/24" }] } };

/** Prints the address of the pod. */
export const ADDRESS = `nsenter --net=${NET} ip -o -4 addr show eth0 | awk '{ print $4 }'`;

/** Prints why the pod could not be connected. */
export const FAILURE = `cat ${POD}/network-failed`;

/** Prints what a pod that is disconnected may have left. */
export const LEFT =
  "ls /var/lib/cni/results /var/lib/unitlet/networks; ls /var/lib/cni/networks/pods 2>/dev/null | grep '^[0-9]'; ip -o link | grep -o 'veth[0-9a-f]*'; iptables-save -t nat | grep 10.9; true";

/** What `LEFT` prints when nothing is left. */
export const NOTHING = "/var/lib/cni/results:\n\n/var/lib/unitlet/networks:\n";

/** Gives the machine a device for plugins that need one. */
export async function addParent(machine: Machine): Promise<void> {
  await machine.exec("ip link add parent type veth peer name other; ip link set parent up; ip link set other up");
}

/** Connects a pod by these plugins, runs a script, and disconnects the pod. Returns what the script prints. */
export async function connected(machine: Machine, plugins: readonly Plugin[], script: string): Promise<string> {
  const lines = plugins.flatMap(({ capabilities = {}, ...config }) => [
    config.type,
    Object.keys(capabilities).join(" "),
    JSON.stringify({ ...config, capabilities, name: "pods", cniVersion: "1.0.0" }),
  ]);
  await machine.write("/var/lib/unitlet/cluster-network", `pods\n1.0.0\n\n\n${lines.join("\n")}\n`, 0o600);
  const words = ARGUMENTS.map((word) => `'${word}'`).join(" ");
  const add = `${HELPER} u-1 add 'IgnoreUnknown=1' capabilities ${words} >/dev/null 2>&1`;
  const namespace = `mkdir -p ${POD}/sandbox && touch ${NET} && unshare --net=${NET} true`;
  const del = `${HELPER} u-1 del >/dev/null 2>&1; umount ${NET}; rm -rf ${POD}`;
  const { stdout } = await machine.exec(`${namespace} && { ${add}; ${script}; ${del}; }`);
  return stdout;
}

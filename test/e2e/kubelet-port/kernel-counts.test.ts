import { afterAll, beforeAll, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { installServingCertificate } from "../support/kubelet-client.ts";
import { pod, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  const settings = { kubeletIdleTimeout: "1s", memorySwap: "limited" };
  node = await Node.join(await Cluster.up(), "kernel-counts", { settings });
  await installServingCertificate(node);
  await node.exec("fallocate -l 512M /swap; chmod 600 /swap; mkswap -q /swap; swapon /swap");
});

afterAll(() => node[Symbol.asyncDispose]());

const raw = (path: string) => node.cluster.kubectl(["get", "--raw", `/api/v1/nodes/${node.name}/proxy${path}`]);

/** Returns a number of a file of the pod's container in the kernel's cgroup. */
async function kernel(name: string, file: string): Promise<number> {
  return Number((await node.exec(`cat /sys/fs/cgroup${await node.show(name, "ControlGroup")}/${file}`)).stdout);
}

test("/stats/summary has the swap that the kernel counts for a container and leaves it", async () => {
  const resources = { requests: { memory: "48Mi" }, limits: { memory: "64Mi" } };
  const program = `exec perl -e '$| = 1; my $n = 72_000_000; my $x = "x" x $n; print "holds\\n"; sleep 1000'`;
  await node.run(pod(node, "swapping", shell(program, { resources })));
  const holds = async () => (await node.log("swapping")) === "holds\n";
  await node.machine.until(holds, { what: "its memory", timeout: 120_000 });
  const poll = async () => {
    const used = await kernel("swapping", "memory.swap.current");
    const left = (await kernel("swapping", "memory.swap.max")) - used;
    const { pods } = JSON.parse(await raw("/stats/summary")) as {
      pods: readonly { containers: readonly Swapping[] }[];
    };
    const swap = pods[0]?.containers[0]?.swap;
    return [used > 0 && swap?.swapUsageBytes === used && swap.swapAvailableBytes === left, swap, used, left];
  };
  await node.machine.until(poll, { what: "the swap that the kernel counts" });
});

interface Swapping {
  readonly swap?: { readonly swapUsageBytes: number; readonly swapAvailableBytes: number };
}

test("/metrics/cadvisor has the bytes that the kernel counts as written to disks", async () => {
  const volumeMounts = [{ name: "v", mountPath: "/run/v" }];
  const program = "dd if=/dev/zero of=/run/v/x bs=1M count=8 oflag=direct; exec sleep infinity";
  await node.run(pod(node, "writing", shell(program, { volumeMounts }), { volumes: [{ name: "v", emptyDir: {} }] }));
  await node.container("writing", ({ ready }) => ready);
  const group = await node.show("writing", "ControlGroup");
  const sum = (numbers: Iterable<RegExpMatchArray>) => [...numbers].reduce((all, [, each]) => all + Number(each), 0);
  const poll = async () => {
    const { stdout } = await node.exec(`cat /sys/fs/cgroup${group}/io.stat`);
    const counted = sum(stdout.matchAll(/ wbytes=(\d+)/g));
    const lines = /^container_fs_writes_bytes_total\{[^}]*container="main"[^}]*pod="writing"[^}]*\} (\d+)/gm;
    const told = sum((await raw("/metrics/cadvisor")).matchAll(lines));
    return [told === counted && counted >= 8 * 2 ** 20, told, counted];
  };
  await node.machine.until(poll, { what: "the bytes that the kernel counts" });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";

let cluster: Cluster;
let node: Node;

beforeAll(async () => {
  cluster = await Cluster.up();
  node = await Node.join(cluster, "own-disk", { ownDisk: true, timerInterval: "1s" });
});

afterAll(() => node[Symbol.asyncDispose]());

/** Returns the bytes and inodes of the file system at a path, and the bytes that are free. */
async function disk(path: string): Promise<{ readonly size: number; readonly free: number }> {
  const { stdout } = await node.exec(["stat", "--file-system", "--format=%b %a %S", path]);
  const [blocks = 0, available = 0, size = 0] = stdout.trim().split(" ").map(Number);
  return { size: blocks * size, free: available * size };
}

async function pressure(): Promise<string | undefined> {
  const object = JSON.parse(await node.kubectl("get", "node", node.name, "-o", "json")) as SeenNode;
  return object.status.conditions.find(({ type }) => type === "DiskPressure")?.status;
}

interface SeenNode {
  readonly status: {
    readonly capacity: Readonly<Record<string, string>>;
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
  };
}

test("the capacity of a node is that of the disk with the files of pods", async () => {
  await node.exec("mount -o remount,size=1G /var/lib/unitlet");
  expect((await disk("/var/lib")).size).not.toBe(1024 ** 3);
  const poll = async () => {
    const object = JSON.parse(await node.kubectl("get", "node", node.name, "-o", "json")) as SeenNode;
    const seen = object.status.capacity["ephemeral-storage"];
    return [seen === "1Gi", seen];
  };
  await node.machine.until(poll, { what: "the capacity of 1Gi" });
});

test("DiskPressure and unitlet doctor are about the disk with the files of pods", async () => {
  expect(await pressure()).toBe("False");
  const { free } = await disk("/var/lib/unitlet");
  await node.exec(["fallocate", "--length", String(Math.floor(free * 0.99)), "/var/lib/unitlet/ballast"]);
  await node.machine.until(async () => [(await pressure()) === "True", await pressure()], { what: "DiskPressure" });
  const { stdout } = await node.machine.exec("unitlet doctor", { allowFailure: true });
  expect(stdout).toMatch(/[0-9] % of \/var\/lib\/unitlet is free, and the node reports DiskPressure: make room/);
  await node.exec(["rm", "/var/lib/unitlet/ballast"]);
});

test("images on a disk of their own have thresholds of their own", async () => {
  await node.exec(`mkdir -p /etc/unitlet/unitlet.conf.d /var/lib/unitlet/images
    echo 'evictionPressureTransitionPeriod = 1s' >/etc/unitlet/unitlet.conf.d/99-test.conf
    mount -t tmpfs -o size=64M tmpfs /var/lib/unitlet/images`);
  const until = (status: string) =>
    node.machine.until(async () => [(await pressure()) === status, await pressure()], {
      what: `DiskPressure ${status}`,
    });
  await until("False");
  await node.exec(["fallocate", "--length", "58M", "/var/lib/unitlet/images/ballast"]);
  await until("True");
  await node.exec(["rm", "/var/lib/unitlet/images/ballast"]);
  await until("False");
  await node.exec(["umount", "/var/lib/unitlet/images"]);
});

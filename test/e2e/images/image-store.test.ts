import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import type { Registry } from "../../support/registry.ts";
import type { TarEntry } from "../../support/tar.ts";
import { ImageNode, SLEEP_CONFIG } from "../support/image-node.ts";
import { pod } from "../support/manifests.ts";

let node: Node;
let registry: Registry;
let base: readonly TarEntry[];

beforeAll(async () => {
  // By default DiskPressure begins where the garbage collection of images does, and removes all unused ones.
  const settings = { evictionHard: "memory.available<100Mi" };
  ({ node, registry, base } = await ImageNode.start("image-store", { timerInterval: "1s", settings }));
});

afterAll(() => node[Symbol.asyncDispose]());

/** An image of so many megabytes that no compression makes smaller, used by a pod that is then deleted. */
async function leftOver(name: string, megabytes: number): Promise<string> {
  const content = randomBytes(megabytes << 20);
  const image = await registry.push(`${name}:1`, {
    layers: [base, [{ path: "large", content }]],
    config: SLEEP_CONFIG,
  });
  await node.run(pod(node, name, { image }));
  await node.container(name, ({ state }) => state?.running);
  await node.kubectl("delete", "pod", name);
  return image;
}

const names = async () => (await node.exec("unitlet images | cut -d' ' -f1 | tail -n +2")).stdout.trim().split("\n");

test("unitlet images lists images and the pods that use them, and removes unused ones", async () => {
  const image = await registry.push("used:1", { layers: [base], config: SLEEP_CONFIG });
  await node.run(pod(node, "user", { image }));
  await node.container("user", ({ state }) => state?.running);
  const unused = await leftOver("unused", 1);
  expect((await names()).toSorted()).toEqual([unused, image]);
  expect((await node.exec("unitlet images prune")).stdout).toContain(`removed ${unused}\n1 images`);
  expect(await names()).toEqual([image]);
  expect(
    (await node.exec("ls /var/lib/unitlet/images/blobs/sha256 | wc -l; ls -A /var/lib/unitlet/images/tmp")).stdout,
  ).toBe("3\n");
  expect((await node.container("user", ({ state }) => state?.running)).restartCount).toBe(0);
});

test("files deeper than any path are removed as well", async () => {
  const tree = `/var/lib/unitlet/images/trees/${"ab".repeat(32)}`;
  const deep = `for (1 .. 1000) { mkdir "deep" or die; chdir "deep" or die }`;
  await node.exec(`mkdir -p ${tree}/rootfs && cd ${tree}/rootfs && perl -e '${deep}'`);
  expect((await node.exec("unitlet images prune")).stdout).toContain(`removed sha256:${"ab".repeat(32)}`);
  expect((await node.exec("ls -A /var/lib/unitlet/images/tmp")).stdout).toBe("");
});

test("while an image is being pulled nothing is pruned: what it has brought so far would go as well", async () => {
  const pull = "unitlet-image@test.service";
  // A run would stop a pull that no pod needs.
  await node.exec("systemctl stop unitlet-sync.timer unitlet-sync.path unitlet-sync.service");
  await node.machine.write(`/run/systemd/system/${pull}`, "[Service]\nExecStart=/bin/sleep 1000\n");
  await node.exec(`systemctl daemon-reload && systemctl start ${pull}`);
  const { code, stderr } = await node.machine.exec("unitlet images prune", { allowFailure: true });
  await node.exec(`systemctl stop ${pull}; rm /run/systemd/system/${pull}; systemctl daemon-reload`);
  await node.exec("systemctl start unitlet-sync.timer unitlet-sync.path");
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining(`an image is being pulled: try again when that is over\n${pull}`),
  ]);
});

test("two images on one base cost the base once on the disk", async () => {
  const own = (name: string) => ({ path: "own", content: `${name}\n` });
  const common: TarEntry[] = [
    { path: "large", content: randomBytes(8 << 20) },
    { path: "replaced", content: "this\n" },
  ];
  // As long as the other, and as old.
  const upper: TarEntry[] = [{ path: "replaced", content: "that\n" }, own("second")];
  const images = await Promise.all([
    registry.push("first:1", { layers: [base, common, [own("first")]], config: SLEEP_CONFIG }),
    registry.push("second:1", { layers: [base, common, upper], config: SLEEP_CONFIG }),
  ]);
  const trees = async () => Number((await node.exec("du -s -BM /var/lib/unitlet/images/trees")).stdout.split("M")[0]);
  const before = await trees();
  for (const [at, image] of images.entries()) {
    await node.run(pod(node, `on-base-${at}`, { image, command: ["sh", "-c", "cat /own /replaced; sleep 1000"] }));
    await node.container(`on-base-${at}`, ({ state }) => state?.running);
  }
  expect((await trees()) - before).toBeLessThan(8 + 4);
  const said = async () => Promise.all(["on-base-0", "on-base-1"].map((name) => node.log(name)));
  await node.machine.until(async () => [(await said()).join() === "first\nthis\n,second\nthat\n", await said()], {
    what: "what they find",
  });
  // Each by itself is as large as ever, and what goes gives back what it had for itself.
  const sizes = (await node.exec("unitlet images | grep -E '(first|second):1' | tr -s ' ' | cut -d' ' -f3")).stdout;
  expect(sizes).toMatch(/^(1[0-2])\n\1\n$/);
  await node.kubectl("delete", "pod", "on-base-0");
  expect((await node.exec("unitlet images prune")).stdout).toMatch(/^removed .*first:1\n1 images, 1 MB\n$/);
  expect((await node.container("on-base-1", ({ state }) => state?.running)).restartCount).toBe(0);
  await node.kubectl("delete", "pod", "on-base-1");
  expect((await node.exec("unitlet images prune")).stdout).toMatch(/^removed .*second:1\n1 images, 1[67] MB\n$/);
});

test("the Node's status lists its images", async () => {
  const poll = async () => {
    const object = await node.cluster.get("node", node.name);
    return object?.status?.images?.some(({ names: all }) => all?.includes("127.0.0.1:5000/used:1"));
  };
  await node.machine.until(poll, { what: "the image in the Node's status" });
});

test("a disk that fills up loses the image that was unused for longest", async () => {
  const older = await leftOver("older", 20);
  const newer = await leftOver("newer", 20);
  await node.exec("find /var/lib/unitlet/images/trees -maxdepth 2 -name size -exec touch -d '-1 hour' {} +");
  const tree = `$(sed -n 's/^digest sha256://p' $(grep -l 'older:1' /var/lib/unitlet/images/refs/*))`;
  await node.exec(`touch -d '-30 minutes' /var/lib/unitlet/images/trees/${tree}/used`);
  await node.exec("mount -o remount,size=92m /var/lib/unitlet");
  const poll = async () => {
    await node.syncWithoutCache();
    return !(await names()).includes(older);
  };
  await node.machine.until(poll, { what: "the image to go" });
  expect((await names()).toSorted()).toEqual([newer, "127.0.0.1:5000/used:1"].toSorted());
});

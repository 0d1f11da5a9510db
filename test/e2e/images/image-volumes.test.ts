import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import type { Node } from "../../support/node.ts";
import type { Registry } from "../../support/registry.ts";
import type { TarEntry } from "../../support/tar.ts";
import { ImageNode, SLEEP_CONFIG } from "../support/image-node.ts";
import { type Container, pod, shell } from "../support/manifests.ts";

const MOUNT = { name: "files", mountPath: "/run/files" };
const FILES: readonly TarEntry[] = [
  { path: "motd", content: "from the image\n" },
  { path: "etc/", type: "directory" },
  { path: "etc/app.conf", content: "one\n" },
  { path: "etc/out", type: "symlink", target: "/etc/passwd" },
  { path: "program", content: "#!/bin/sh\necho executed\n", mode: 0o755 },
];

let proxy: FaultProxy;
let node: Node;
let registry: Registry;
let base: readonly TarEntry[];

beforeAll(async () => {
  const cluster = await Cluster.up();
  proxy = await FaultProxy.start(cluster);
  ({ node, registry, base } = await ImageNode.start("node-81", { cluster, proxy, timerInterval: "1s" }));
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

/** No program is in it, and nothing that a container could be started with. */
const push = (name: string) => registry.push(name, { layers: [[...FILES, { path: "name", content: name }]] });

const volume = (reference: string, pullPolicy?: string) => ({
  volumes: [{ name: "files", image: { reference, ...(pullPolicy && { pullPolicy }) } }],
});
const mounting = (script: string, change: object = {}): Container =>
  shell(`${script}; exec sleep infinity`, { volumeMounts: [{ ...MOUNT, ...change }] });
const runs = (name: string) => node.container(name, ({ state }) => state?.running);
const waits = (name: string, reason: string) =>
  node.container(name, ({ state }) => state?.waiting?.reason === reason).then(({ state }) => state?.waiting?.message);
const says = (name: string, text: string) =>
  node.machine.until(async () => [(await node.log(name)) === text, await node.log(name)], {
    what: `pod ${name} to say ${JSON.stringify(text)}`,
  });
const images = async () => (await node.exec("unitlet images")).stdout;
const mounts = async () => (await node.exec("grep -c ' /run/unitlet/pods/.*/images/' /proc/mounts || true")).stdout;

/** Reason, message and object of each Event of a pod. */
async function events(name: string): Promise<string[]> {
  const fields = '{range .items[*]}{.reason}: {.message} {.involvedObject.fieldPath}{"\\n"}{end}';
  const selector = `--field-selector=involvedObject.name=${name}`;
  return (await node.kubectl("get", "events", selector, "-o", `jsonpath=${fields}`)).trim().split("\n");
}

describe("a volume of an image's files", () => {
  const LOOK = "cat /run/files/motd; /run/files/program; touch /run/files/x 2>/dev/null || echo read-only";
  const LOOKED = "from the image\nexecuted\nread-only\n";

  test("is found by a container on the host's files, which cannot write there", async () => {
    const image = await push("on-host:1");
    await node.run(pod(node, "on-host", mounting(LOOK), volume(image)));
    await says("on-host", LOOKED);
  });

  test("is found by a container on the files of another image", async () => {
    const image = await push("on-image:1");
    const program = await registry.push("program:1", { layers: [base], config: SLEEP_CONFIG });
    const harmless = "grep -c ' /run/files .* ro,nosuid,nodev,' /proc/self/mounts";
    await node.run(pod(node, "on-image", { ...mounting(`${LOOK}; ${harmless}`), image: program }, volume(image)));
    await says("on-image", `${LOOKED}1\n`);
  });

  test("gives one path of its own, and says so when there is none", async () => {
    const image = await push("sub-path:1");
    await node.run(
      pod(node, "sub-path", mounting("ls /run/files; cat /run/files/*.conf", { subPath: "etc" }), volume(image)),
      pod(node, "no-sub-path", mounting("true", { subPath: "no/such" }), volume(image)),
      pod(node, "out", mounting("true", { subPath: "etc/out" }), volume(image)),
    );
    await says("sub-path", "app.conf\nout\none\n");
    const failed = 'failed to prepare subPath for volumeMount "files" of container "main": ';
    expect(await waits("no-sub-path", "CreateContainerConfigError")).toBe(`${failed}there is no no in the volume`);
    expect(await waits("out", "CreateContainerConfigError")).toBe(`${failed}etc/out leads out of the volume`);
    await node.kubectl("delete", "pod", "sub-path", "no-sub-path", "out");
  });

  test("is pulled once for two pods and a container, with Events of both pods", async () => {
    const image = await registry.push("shared:1", { layers: [base, FILES], config: SLEEP_CONFIG });
    const one = pod(node, "one", { ...mounting("cat /run/files/motd"), image }, volume(image));
    await node.run(one, pod(node, "two", mounting("cat /run/files/motd"), volume(image)));
    await Promise.all(["one", "two"].map((name) => says(name, "from the image\n")));
    const { stdout } = await node.exec("journalctl --sync; journalctl --quiet --output=cat --unit='unitlet-image@*'");
    expect(stdout.split("\n").filter((line) => line.startsWith(`${image} is sha256:`))).toHaveLength(1);
    const poll = async () => {
      const seen = await events("one");
      const words = `Pulled: Successfully pulled image "${image}" in `;
      const pulled = seen.some((each) => each.startsWith(words) && each.endsWith(" bytes. "));
      return [pulled && seen.includes(`Pulling: Pulling image "${image}" `), seen] as const;
    };
    await node.machine.until(poll, { what: "the pod's Events" });
  });

  test("is what it was for as long as the pod is there, and another one for the next", async () => {
    const image = await push("moves:latest");
    await node.run(pod(node, "before", mounting("cat /run/files/motd"), volume(image)));
    await says("before", "from the image\n");
    await registry.push("moves:latest", { layers: [[{ path: "motd", content: "new\n" }]] });
    await node.run(pod(node, "after", mounting("cat /run/files/motd"), volume(image)));
    await says("after", "new\n");
    await node.exec(`kill -KILL $(systemctl show --value --property=MainPID ${node.unit("before")})`);
    await says("before", "from the image\nfrom the image\n");
  });
});

describe("an image that cannot be had keeps the containers waiting that mount it:", () => {
  test("one that does not exist", async () => {
    const image = `${registry.address}/missing:1`;
    const idle = { ...shell("exec sleep infinity"), name: "idle" };
    await node.run(pod(node, "missing", [{ ...mounting("true"), name: "main" }, idle], volume(image)));
    const unknown = "reading manifest 1 in 127.0.0.1:5000/missing: manifest unknown";
    // Some versions of skopeo say it twice.
    expect(await waits("missing", "ImagePullBackOff")).toContain(
      `Back-off pulling image "${image}": ErrImagePull: ${unknown}`,
    );
    await node.container("missing", ({ state }) => state?.running, "idle");
    const result = [
      `BackOff: Back-off pulling image "${image}" `,
      "Failed: Error: ImagePullBackOff spec.containers{main}",
    ];
    const poll = async () => {
      const seen = await events("missing");
      return [result.every((each) => seen.includes(each)), seen] as const;
    };
    await node.machine.until(poll, { what: "the Events of the pod and of the container" });
    await push("missing:1");
    await node.container("missing", ({ state }) => state?.running);
  });

  test("one that must not be pulled", async () => {
    const image = `${registry.address}/never:1`;
    await node.run(pod(node, "never", mounting("true"), volume(image, "Never")));
    expect(await waits("never", "ErrImageNeverPull")).toBe(
      `Container image "${image}" is not present with pull policy of Never`,
    );
  });

  test("one whose name is none", async () => {
    await node.run(pod(node, "odd", mounting("true"), volume("Odd:1")));
    expect(await waits("odd", "InvalidImageName")).toContain(`couldn't parse image name "Odd:1"`);
  });
});

describe("what is mounted", () => {
  test("is not pruned until the pod is gone, and then leaves nothing behind", async () => {
    const image = await push("used:1");
    const again = "cat /run/files/motd; until [ -e /run/again ]; do sleep 0.1; done; cat /run/files/motd";
    await node.run(pod(node, "user", mounting(again), volume(image)));
    await says("user", "from the image\n");
    const before = Number(await mounts());
    expect(await images()).toMatch(new RegExp(`^${image} +[0-9a-f]{12} +1 MB +1 `, "m"));
    expect((await node.exec("unitlet images prune")).stdout).not.toContain(image);
    await node.exec(`touch /proc/$(systemctl show --value --property=MainPID ${node.unit("user")})/root/run/again`);
    await says("user", "from the image\nfrom the image\n");
    const uid = (await node.get("user"))?.metadata?.uid;
    await node.kubectl("delete", "pod", "user");
    await node.machine.until(async () => [Number(await mounts()) === before - 1, await mounts()], { what: "one less" });
    const left = async () =>
      (await node.exec(`find /run/unitlet /var/lib/unitlet /etc/systemd/system -name '*${uid}*'`)).stdout;
    await node.machine.until(async () => [(await left()) === "", await left()], { what: "nothing to be left" });
    expect((await node.exec("unitlet images prune")).stdout).toContain(`removed ${image}\n`);
  });

  test("is there again after a boot without an API server", async () => {
    const image = await push("boots:1");
    await node.run(pod(node, "boots", mounting("cat /run/files/motd"), volume(image)));
    await runs("boots");
    await says("boots", "from the image\n");
    proxy.on(() => ({ reset: true }));
    await node.machine.reboot();
    await says("boots", "from the image\nfrom the image\n");
    expect(await images()).toMatch(new RegExp(`^${image} +[0-9a-f]{12} +1 MB +1 `, "m"));
    proxy.clear();
    await node.container("boots", ({ restartCount, ready }) => restartCount === 1 && ready);
  });
});

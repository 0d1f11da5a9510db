import type { V1PodSpec } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { waitForEvents } from "../support/events.ts";
import { ImageNode } from "../support/image-node.ts";
import { type Container, pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;
let busybox: string;

beforeAll(async () => {
  const started = await ImageNode.start("sub-paths", { timerInterval: "1s" });
  node = started.node;
  busybox = await started.pushBusybox();
  await node.exec("mkdir -p /srv/sticky /srv/links/releases/1 && chmod 3775 /srv/sticky && chgrp 4321 /srv/sticky");
  await node.exec("echo one >/srv/links/releases/1/file && ln -s /srv/links/releases/1 /srv/links/current");
});

afterAll(() => node[Symbol.asyncDispose]());

const DISK: Partial<V1PodSpec> = { volumes: [{ name: "v", emptyDir: {} }] };

/** A container that mounts this path within the volume. */
const within = (container: Container, subPath: string, more: object = {}): Container => ({
  ...container,
  volumeMounts: [{ name: "v", mountPath: "/run/sub", subPath, ...more }],
});

/** A container that mounts the whole volume. */
const whole = (script: string): Container => shell(script, { volumeMounts: [{ name: "v", mountPath: "/run/v" }] });
const first = (script: string) => [{ name: "first", image: "host", ...whole(script) }];

async function says(name: string, text: string): Promise<void> {
  const poll = async () => [(await node.log(name)) === text, await node.log(name)];
  await node.machine.until(poll, { what: `pod ${name} to say ${JSON.stringify(text)}` });
}

/** Ends the container's program, and waits until another one runs. */
async function restart(name: string): Promise<void> {
  const { restartCount } = await node.container(name, ({ state }) => state?.running);
  await node.exec(`kill -9 ${await node.show(name, "MainPID")}`);
  await node.container(name, (status) => status.state?.running && status.restartCount > restartCount);
}

const isHeld = ({ state }: { state?: { waiting?: { reason?: string } } }) =>
  state?.waiting?.reason === "CreateContainerConfigError";
const failure = (because: string, container = "main") => ({
  reason: "CreateContainerConfigError",
  message: `failed to prepare subPath for volumeMount "v" of container "${container}": ${because}`,
});

describe.each(["host", "image"])("a container on the files of: %s, with a path within a volume", (kind) => {
  const image = () => (kind === "host" ? "host" : busybox);
  const on = (container: Container): Container => ({ ...container, image: image() });

  test("has the file that an init container has written", async () => {
    const name = `${kind}-written`;
    const main = on(within(shell("cat /run/sub; exec sleep 1000"), "app.conf"));
    await node.run(pod(node, name, main, { ...DISK, initContainers: first("echo one >/run/v/app.conf") }));
    await says(name, "one\n");
  });

  test("waits while the path leads out, beside the other containers, and starts when it no longer does", async () => {
    const name = `${kind}-out`;
    const other = "until [ -e /run/v/mend ]; do sleep 0.2; done; ln -sfn real /run/v/link; exec sleep 1000";
    const containers = [
      on(within(shell("cat /run/sub; exec sleep 1000"), "link", { mountPath: "/run/sub" })),
      { ...whole(other), name: "other" },
    ];
    const initContainers = first("echo real >/run/v/real; ln -s /etc/passwd /run/v/link");
    await node.run(pod(node, name, containers, { ...DISK, initContainers }));
    expect(await node.container(name, isHeld)).toMatchObject({
      state: { waiting: failure("link leads out of the volume") },
      restartCount: 0,
      started: false,
    });
    await waitForEvents(node, name, [`Failed: Error: ${failure("link leads out of the volume").message}`]);
    await node.container(name, ({ ready }) => ready, "other");
    const uid = (await node.get(name))?.metadata?.uid;
    await node.exec(`touch /var/lib/unitlet/pods/${uid}/volumes/v/mend`);
    expect((await node.container(name, ({ ready }) => ready)).restartCount).toBe(0);
    await says(name, "real\n");
  });

  test("gets a missing one as a directory, with the mode and group of the volume", async () => {
    const name = `${kind}-made`;
    const script = "stat -c '%F %a %g' /run/sub; touch /run/sub/file && echo written";
    const main = on(within(shell(script, { securityContext: { runAsUser: 4321, runAsGroup: 4321 } }), "a/b"));
    const volumes = [{ name: "v", hostPath: { path: "/srv/sticky" } }];
    await node.run(pod(node, name, main, { volumes, restartPolicy: "Never" }));
    await says(name, "directory 3775 4321\nwritten\n");
    expect((await node.exec("stat -c '%a %u %g' /srv/sticky/a /srv/sticky/a/b")).stdout).toBe(
      "3775 0 4321\n3775 0 4321\n",
    );
    await node.exec("rm -r /srv/sticky/a");
  });

  test("has what an absolute link within the volume leads to", async () => {
    const name = `${kind}-absolute`;
    const volumes = [{ name: "v", hostPath: { path: "/srv/links" } }];
    await node.run(pod(node, name, on(within(shell("cat /run/sub; exec sleep 1000"), "current/file")), { volumes }));
    await says(name, "one\n");
  });

  test("keeps a file that is replaced, and has the new one after a restart", async () => {
    const name = `${kind}-replaced`;
    const main = on(within(shell("cat /run/sub; exec sleep 1000"), "file"));
    await node.run(pod(node, name, main, { ...DISK, initContainers: first("echo old >/run/v/file") }));
    await says(name, "old\n");
    const uid = (await node.get(name))?.metadata?.uid;
    await node.exec(`cd /var/lib/unitlet/pods/${uid}/volumes/v && echo new >next && mv next file`);
    await restart(name);
    await says(name, "old\nnew\n");
  });

  test.each([
    ["config-map", { configMap: { name: "settings" } }],
    ["secret", { secret: { secretName: "settings" } }],
    ["projected", { projected: { sources: [{ configMap: { name: "settings" } }] } }],
    ["labels", { downwardAPI: { items: [{ path: "key", fieldRef: { fieldPath: "metadata.labels['key']" } }] } }],
  ])("has the new content of a key after a restart: %s", async (source, volume) => {
    const name = `${kind}-${source}`;
    const settings = (value: string) =>
      node.apply(
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: { key: value } },
        { apiVersion: "v1", kind: "Secret", metadata: { name: "settings" }, stringData: { key: value } },
      );
    await settings("old");
    const main = on(within(shell("cat /run/sub; echo; exec sleep 1000"), "key"));
    await node.run(pod(node, name, main, { volumes: [{ name: "v", ...volume }] }));
    await node.kubectl("label", "pod", name, "key=old");
    await settings("new");
    await node.kubectl("label", "pod", name, "key=new", "--overwrite");
    await node.syncWithExpiredReferences();
    await node.machine.until(
      async () => {
        const uid = (await node.get(name))?.metadata?.uid;
        const { stdout } = await node.exec(`cat /run/unitlet/pods/${uid}/volumes/v/key`);
        return [stdout === "new", stdout];
      },
      { what: "the new content" },
    );
    await restart(name);
    await node.machine.until(async () => [/new\n$/.test(await node.log(name)), await node.log(name)], {
      what: "the container to have the new content",
    });
  });

  test("waits though it is never restarted, and starts once", async () => {
    const name = `${kind}-never`;
    const main = on(within(shell("ls /run/sub"), "a/b"));
    const initContainers = first("touch /run/v/a");
    await node.run(pod(node, name, main, { ...DISK, initContainers, restartPolicy: "Never" }));
    const { state } = await node.container(name, isHeld);
    expect(state?.waiting).toEqual(failure("a/b: Not a directory"));
    const uid = (await node.get(name))?.metadata?.uid;
    await node.exec(`cd /var/lib/unitlet/pods/${uid}/volumes/v && rm a && mkdir -p a/b && touch a/b/file`);
    await node.until(name, (object) => object?.status?.phase === "Succeeded");
    expect(await node.log(name)).toBe("file\n");
  });

  test("is deleted while it waits", async () => {
    const name = `${kind}-deleted`;
    const initContainers = first("ln -s / /run/v/out");
    await node.run(pod(node, name, on(within(SLEEP, "out")), { ...DISK, initContainers }));
    await node.container(name, isHeld);
    await node.kubectl("delete", "pod", name, "--timeout=150s");
  });

  test("has the value of a Secret in its path, and no unit has it", async () => {
    const name = `${kind}-secret-path`;
    await node.apply({ apiVersion: "v1", kind: "Secret", metadata: { name: "path" }, stringData: { p: "Eiw4ohth" } });
    const env = [{ name: "P", valueFrom: { secretKeyRef: { name: "path", key: "p" } } }];
    const mounted = { name: "v", mountPath: "/run/sub", subPathExpr: "a/$(P)" };
    const main = on({ ...shell("touch /run/sub/file; exec sleep 1000"), env, volumeMounts: [mounted] });
    await node.run(pod(node, name, main, DISK));
    await node.container(name, ({ state }) => state?.running);
    const uid = (await node.get(name))?.metadata?.uid;
    const made = `/var/lib/unitlet/pods/${uid}/volumes/v/a/Eiw4ohth/file`;
    await node.machine.until(() => node.exec(`ls ${made}`), { what: "the file" });
    expect(
      (await node.exec(`systemctl cat ${node.unit(name)}; systemctl show ${node.unit(name)}`)).stdout,
    ).not.toContain("Eiw4ohth");
  });
});

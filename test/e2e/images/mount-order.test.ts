import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { ImageNode } from "../support/image-node.ts";
import { pod, shell } from "../support/manifests.ts";

let node: Node;
let busybox: string;

beforeAll(async () => {
  const started = await ImageNode.start("mount-order", { timerInterval: "1s" });
  node = started.node;
  busybox = await started.pushBusybox();
});

afterAll(() => node[Symbol.asyncDispose]());

const says = (name: string, text: string) =>
  node.machine.until(async () => [(await node.log(name)) === text, await node.log(name)], {
    what: `pod ${name} to say ${JSON.stringify(text)}`,
  });

describe("mounts that lie within each other", () => {
  const emptyDirs = (...names: string[]) => ({ volumes: names.map((name) => ({ name, emptyDir: {} })) });
  const at = (name: string, mountPath: string) => ({ name, mountPath });
  const show = (...paths: string[]) =>
    paths.map((path) => `grep -q ' ${path} ' /proc/self/mounts && stat -c '%n %F' ${path}`).join("; ");

  test.each(["host", "image"])("are all seen, whatever their order in the pod: on the files of %s", async (kind) => {
    const image = kind === "host" ? "host" : busybox;
    const name = `depth-${kind}`;
    const script = `touch /run/a/outer /run/a/b/inner /run/a/b/c/deep; ls /run/a /run/a/b /run/a/b/c; ${show("/dev/shm", "/etc/hosts")}`;
    const container = {
      ...shell(`${script}; exec sleep infinity`, {
        volumeMounts: [at("three", "/run/a/b/c"), at("two", "/run/a/b/"), at("one", "/run/a")],
      }),
      image,
    };
    await node.run(pod(node, name, container, emptyDirs("one", "two", "three")));
    const seen = "/run/a:\nb\nouter\n/run/a/b:\nc\ninner\n/run/a/b/c:\ndeep\n";
    await says(name, `${seen}/dev/shm directory\n/etc/hosts regular file\n`);
  });

  test("are all seen within an outer volume that covers what the runtime mounts", async () => {
    const token = at("key", "/run/secrets/kubernetes.io/serviceaccount");
    const script =
      "cat /etc/hosts | wc -l; cat /run/secrets/kubernetes.io/serviceaccount/k; touch /dev/shm/x /run/x; echo message >/etc/message";
    const container = {
      ...shell(script, { volumeMounts: [token, at("shm", "/dev/shm"), at("etc", "/etc"), at("run", "/run")] }),
      ...{ image: busybox, terminationMessagePath: "/etc/message" },
    };
    await node.apply({ apiVersion: "v1", kind: "Secret", metadata: { name: "key" }, stringData: { k: "token\n" } });
    const volumes = [...emptyDirs("shm", "etc", "run").volumes, { name: "key", secret: { secretName: "key" } }];
    await node.run(pod(node, "outer", container, { volumes, restartPolicy: "Never" }));
    const { state } = await node.container("outer", (status) => status.state?.terminated);
    expect(state?.terminated).toMatchObject({ exitCode: 0, message: "message\n" });
    expect(await node.log("outer")).toMatch(/^[1-9]\d*\ntoken\n$/);
  });

  test.each(["host", "image"])("are a working directory: on the files of %s", async (kind) => {
    const image = kind === "host" ? "host" : busybox;
    const name = `work-${kind}`;
    const mountPath = kind === "host" ? "/run/work" : "/work/here";
    const script = "pwd; touch file && ls";
    const container = { ...shell(script, { volumeMounts: [at("one", mountPath)] }), image, workingDir: mountPath };
    await node.run(pod(node, name, container, { ...emptyDirs("one"), restartPolicy: "Never" }));
    await node.until(name, (seen) => seen?.status?.phase === "Succeeded");
    expect(await node.log(name)).toBe(`${mountPath}\nfile\n`);
  });
});

describe("mountPropagation: Bidirectional of a privileged container", () => {
  const sharing = (name: string, path: string, mountPropagation: string, script = "true") => {
    const volumeMounts = [{ name: "v", mountPath: "/v", mountPropagation }];
    const securityContext = { privileged: mountPropagation === "Bidirectional" };
    const container = { ...shell(`${script}; exec sleep infinity`, { volumeMounts }), image: busybox, securityContext };
    const volumes = [{ name: "v", hostPath: { path, type: "DirectoryOrCreate" } }];
    return pod(node, name, container, { volumes, terminationGracePeriodSeconds: 1 });
  };
  const onHost = async () =>
    (await node.exec("findmnt -rno SOURCE,TARGET | grep -e ^made -e ^hidden -e /roots/; true")).stdout;

  test("its mounts below the volume appear on the host and in other containers, and no other mounts do", async () => {
    const waitFor = (path: string) => `until [ -e ${path} ]; do sleep 0.1; done; echo ${path}`;
    await node.run(sharing("reads", "/srv/shared", "HostToContainer", waitFor("/v/in/file")));
    const mount = "mkdir -p /v/in /own && mount -t tmpfs made /v/in && touch /v/in/file && mount -t tmpfs hidden /own";
    await node.run(sharing("makes", "/srv/shared", "Bidirectional", `${mount}; ${waitFor("/v/back/host")}`));
    await says("reads", "/v/in/file\n");
    expect(await onHost()).toBe("made /srv/shared/in\n");
    await node.exec("mkdir /srv/shared/back; mount -t tmpfs none /srv/shared/back; touch /srv/shared/back/host");
    await says("makes", "/v/back/host\n");
    await node.kubectl("delete", "pod", "makes", "reads");
    expect(await onHost()).toBe("made /srv/shared/in\n");
    await node.exec("umount /srv/shared/in /srv/shared/back");
  });

  test("what the runtime mounts at /sys/fs/cgroup does not appear on the host", async () => {
    const volumeMounts = [{ name: "v", mountPath: "/sys/fs", mountPropagation: "Bidirectional" }];
    const script = "mkdir /sys/fs/bpf && mount -t tmpfs bpf /sys/fs/bpf; ls /sys/fs; exec sleep infinity";
    const container = { ...shell(script, { volumeMounts }), image: busybox, securityContext: { privileged: true } };
    const volumes = [{ name: "v", hostPath: { path: "/srv/fs", type: "DirectoryOrCreate" } }];
    await node.run(pod(node, "covers", container, { volumes, terminationGracePeriodSeconds: 1 }));
    await says("covers", "bpf\n");
    expect((await node.exec("findmnt -rno SOURCE,TARGET | grep /srv/fs/")).stdout).toBe("bpf /srv/fs/bpf\n");
    await node.kubectl("delete", "pod", "covers");
    await node.exec("umount /srv/fs/bpf");
  });

  test("what it has mounted into an emptyDir keeps its files when the pod is deleted", async () => {
    await node.exec("mkdir /srv/data; echo kept >/srv/data/file");
    const volumeMounts = [{ name: "v", mountPath: "/v", mountPropagation: "Bidirectional" }];
    const script = "mkdir /v/in && mount --bind /data /v/in; exec sleep infinity";
    const data = { name: "data", mountPath: "/data" };
    const main = { ...shell(script, { volumeMounts: [...volumeMounts, data] }), image: busybox };
    const volumes = [
      { name: "v", emptyDir: {} },
      { name: "data", hostPath: { path: "/srv/data" } },
    ];
    const container = { ...main, securityContext: { privileged: true } };
    await node.run(pod(node, "leaves", container, { volumes, terminationGracePeriodSeconds: 1 }));
    const mounted = async () => (await node.exec("findmnt -rno TARGET | grep '/volumes/v/in$'; true")).stdout;
    await node.machine.until(async () => [(await mounted()) !== "", await mounted()], {
      what: "its mount on the host",
    });
    await node.kubectl("delete", "pod", "leaves");
    expect([await mounted(), (await node.exec("cat /srv/data/file")).stdout]).toEqual(["", "kept\n"]);
  });

  test("it waits, in the words of runtimes, where mounts of the host are private", async () => {
    await node.exec("mkdir /srv/alone; mount -t tmpfs none /srv/alone; mount --make-private /srv/alone");
    await node.apply(sharing("alone", "/srv/alone", "Bidirectional"));
    const { lastState } = await node.container("alone", (status) => status.lastState?.terminated);
    expect(lastState?.terminated).toMatchObject({
      reason: "StartError",
      message: 'path "/srv/alone" is mounted on "/srv/alone" but it is not a shared mount',
    });
    await node.kubectl("delete", "pod", "alone");
    await node.exec("umount /srv/alone");
  });
});

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

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { ImageNode } from "../support/image-node.ts";
import { type Container, pod } from "../support/manifests.ts";

let node: Node;
let image: string;

beforeAll(async () => {
  const images = await ImageNode.start("image-pods", { timerInterval: "1s" });
  ({ node } = images);
  image = await images.pushBusybox();
});

afterAll(() => node[Symbol.asyncDispose]());

const shell = (script: string): Pick<Container, "command"> => ({
  command: ["sh", "-c", script.replaceAll("$", () => "$$")],
});

test("volumes are there, with what is in them", async () => {
  await node.kubectl("create", "configmap", "settings", "--from-literal=key=value");
  await node.exec("mkdir -p /srv/host && echo host >/srv/host/file");
  const volumes = [
    { name: "config", configMap: { name: "settings" } },
    { name: "scratch", emptyDir: {} },
    { name: "host", hostPath: { path: "/srv/host" } },
  ];
  const volumeMounts = [
    { name: "config", mountPath: "/etc/settings" },
    { name: "config", mountPath: "/one", subPath: "key" },
    { name: "scratch", mountPath: "/data/deep" },
    { name: "host", mountPath: "/host", readOnly: true },
  ];
  const script =
    "cat /etc/settings/key /one; echo; echo x >/data/deep/x && cat /data/deep/x; cat /host/file; touch /host/no 2>&1; true";
  const main = { image, ...shell(script), volumeMounts };
  await node.run(pod(node, "volumes", main, { volumes, restartPolicy: "Never" }));
  await node.until("volumes", (seen) => seen?.status?.phase === "Succeeded");
  expect(await node.log("volumes")).toBe("valuevalue\nx\nhost\ntouch: /host/no: Read-only file system\n");
});

test("a volume is read-only to its depths where the pod wants it", async () => {
  await node.exec("mkdir -p /srv/deep/below && mount -t tmpfs below /srv/deep/below");
  const volumes = [{ name: "deep", hostPath: { path: "/srv/deep" } }];
  const volumeMounts = [
    { name: "deep", mountPath: "/deep", readOnly: true, recursiveReadOnly: "Enabled" },
    { name: "deep", mountPath: "/top", readOnly: true },
  ];
  const main = { image, ...shell("touch /deep/below/x 2>&1; touch /top/below/x && echo written"), volumeMounts };
  await node.run(pod(node, "depths", main, { volumes, restartPolicy: "Never" }));
  await node.until("depths", (seen) => seen?.status?.phase === "Succeeded");
  expect(await node.log("depths")).toBe("touch: /deep/below/x: Read-only file system\nwritten\n");
});

test("what a container writes to an emptyDir, its restarted self and its neighbour find", async () => {
  const volumes = [{ name: "shared", emptyDir: {} }];
  const volumeMounts = [{ name: "shared", mountPath: "/shared" }];
  const writer = { name: "main", image, ...shell("echo run >>/shared/log; sleep 1"), volumeMounts };
  const reader = { name: "reader", image, volumeMounts };
  await node.run(pod(node, "shared", [writer, reader], { volumes }));
  await node.container("shared", ({ restartCount }) => restartCount > 0);
  const read = ["/usr/local/lib/unitlet/container-enter", node.unit("shared", "reader"), "cat", "/shared/log"];
  await node.machine.until(async () => (await node.exec(read)).stdout.startsWith("run\nrun\n"), {
    what: "both runs in the log",
  });
});

test("an exec probe looks from within", async () => {
  const readinessProbe = { exec: { command: ["test", "-e", "/tmp/ready"] }, periodSeconds: 1 };
  await node.run(pod(node, "probed", { image, readinessProbe }));
  await node.container("probed", ({ state, ready }) => state?.running && !ready);
  await node.exec(["/usr/local/lib/unitlet/container-enter", node.unit("probed"), "touch", "/tmp/ready"]);
  await node.container("probed", ({ ready }) => ready);
});

test("hooks run within, and write to the program's own output", async () => {
  const lifecycle = {
    postStart: { exec: { command: ["sh", "-c", "echo started >/proc/1/fd/1"] } },
    preStop: { exec: { command: ["sh", "-c", "echo stopping >/proc/1/fd/1"] } },
  };
  const main = { image, ...shell("trap 'echo ending; exit 0' TERM; while true; do sleep 0.1; done"), lifecycle };
  await node.run(pod(node, "hooked", main, { terminationGracePeriodSeconds: 60 }));
  await node.container("hooked", ({ state }) => state?.running);
  await node.machine.until(async () => (await node.log("hooked")).includes("started"), { what: "postStart" });
  await node.kubectl("delete", "pod", "hooked", "--wait=false");
  await node.until("hooked", (seen) => seen === undefined);
  expect(await node.log("hooked")).toBe("started\nstopping\nending\n");
});

test("/dev/stdout can be opened, also by other users than root, and no line is lost at the end", async () => {
  const script =
    "echo one >/dev/stdout; echo two >/dev/stderr; i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i + 1)); done";
  const main = { image, ...shell(script), securityContext: { runAsUser: 1000 } };
  await node.run(pod(node, "writes", main, { restartPolicy: "Never" }));
  await node.until("writes", (seen) => seen?.status?.phase === "Succeeded");
  const lines = (await node.log("writes")).trimEnd().split("\n");
  expect([lines.length, lines[0], lines[1], lines.at(-1)]).toEqual([2002, "one", "two", "line 1999"]);
});

test("its termination message is reported", async () => {
  const said = { image, ...shell("echo -n bye >/dev/termination-log; exit 3"), securityContext: { runAsUser: 1000 } };
  const logged = { image, ...shell("echo trouble; exit 3"), terminationMessagePolicy: "FallbackToLogsOnError" };
  await node.run(
    pod(node, "said", said, { restartPolicy: "Never" }),
    pod(node, "logged", logged, { restartPolicy: "Never" }),
  );
  const message = async (name: string) =>
    (await node.container(name, ({ state }) => state?.terminated)).state?.terminated?.message;
  expect([await message("said"), await message("logged")]).toEqual(["bye", "trouble\n"]);
});

test("a memory limit holds, and OOMKilled is reported", async () => {
  const main = {
    image,
    ...shell("dd if=/dev/zero of=/dev/null bs=200M count=1"),
    resources: { limits: { memory: "32Mi" } },
  };
  await node.run(pod(node, "hungry", main, { restartPolicy: "Never" }));
  const { state } = await node.container("hungry", (seen) => seen.state?.terminated);
  expect(state?.terminated).toMatchObject({ exitCode: 137, reason: "OOMKilled" });
});

test("a restart by hand is a restart", async () => {
  await node.run(pod(node, "again", { image, ...shell("echo up; exec sleep 1000") }));
  await node.container("again", ({ state }) => state?.running);
  await node.exec(["systemctl", "restart", node.unit("again")]);
  await node.container("again", ({ state, restartCount }) => state?.running && restartCount === 1);
  await node.machine.until(async () => [(await node.log("again")) === "up\nup\n", await node.log("again")], {
    what: "the words of both",
  });
});

describe("kubectl patch --subresource=resize", () => {
  beforeAll(async () => {
    await node.run(pod(node, "web", { image, resources: { limits: { cpu: "100m", memory: "64Mi" } } }));
    await node.container("web", ({ state }) => state?.running);
  });

  async function resize(resources: object) {
    const patch = { spec: { containers: [{ name: "main", resources }] } };
    await node.kubectl("patch", "pod", "web", "--subresource=resize", "--patch", JSON.stringify(patch));
    await node.sync();
  }

  test("changes the limits of a container that runs, and it runs on", async () => {
    const before = await node.container("web", ({ ready }) => ready);
    const limits = { cpu: "200m", memory: "128Mi" };
    await resize({ limits, requests: limits });
    const after = await node.container("web", ({ resources }) => resources?.limits?.memory === "128Mi");
    expect(after).toMatchObject({ containerID: before.containerID, restartCount: before.restartCount });
    expect(after).toMatchObject({ resources: { limits, requests: limits }, allocatedResources: limits });
    expect([await node.show("web", "MemoryMax"), await node.show("web", "CPUQuotaPerSecUSec")]).toEqual([
      String(128 * 2 ** 20),
      "200ms",
    ]);
    await node.until("web", ({ status } = {}) =>
      status?.conditions?.every(({ type }) => !type.startsWith("PodResize")),
    );
  });

  test("is what the kernel keeps it to", async () => {
    const limit = "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null; true";
    const { stdout } = await node.exec(["/usr/local/lib/unitlet/container-enter", node.unit("web"), "sh", "-c", limit]);
    expect(stdout.trim()).toBe(String(128 * 2 ** 20));
  });
});

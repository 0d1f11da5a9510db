import { afterAll, beforeAll, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { ImageNode } from "../support/image-node.ts";
import { type Container, pod, shell } from "../support/manifests.ts";

let node: Node;
let image: string;

beforeAll(async () => {
  const images = await ImageNode.start("image-rights");
  ({ node } = images);
  image = await images.pushBusybox();
});

afterAll(() => node[Symbol.asyncDispose]());

const exec = { command: ["test", "-e", "/ready"] };
const startupProbe = { exec, periodSeconds: 1, timeoutSeconds: 60, failureThreshold: 60 };

/** Runs a script in a pod to its end and returns what it has written. */
async function output(name: string, script: string, rest: Container = {}): Promise<string[]> {
  const command = ["sh", "-c", script.replaceAll("$", () => "$$")];
  await node.run(pod(node, name, { image, command, ...rest }, { restartPolicy: "Never" }));
  await node.until(name, (seen) => seen?.status?.phase === "Succeeded");
  return (await node.log(name)).trimEnd().split("\n");
}

test("the restricted profile of Pod Security, with a user without a passwd entry", async () => {
  const securityContext = {
    runAsNonRoot: true,
    runAsUser: 4711,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  };
  const script = "id; grep -E '^(CapBnd|NoNewPrivs|Seccomp):' /proc/self/status; touch /tmp/x 2>&1; true";
  expect(await output("restricted", script, { securityContext })).toEqual([
    "uid=4711 gid=0(root)",
    "CapBnd:\t0000000000000000",
    "NoNewPrivs:\t1",
    "Seccomp:\t2",
    "touch: /tmp/x: Read-only file system",
  ]);
});

test("supplementalGroupsPolicy decides whether the groups of the image's /etc/group count", async () => {
  const groups = async (name: string, supplementalGroupsPolicy: "Merge" | "Strict") => {
    const securityContext = { runAsUser: 1234, supplementalGroups: [4000], supplementalGroupsPolicy };
    const spec = { restartPolicy: "Never", securityContext };
    await node.run(pod(node, name, { image, command: ["id", "-G"] }, spec));
    await node.until(name, (seen) => seen?.status?.phase === "Succeeded");
    return (await node.log(name)).trim().split(" ").toSorted();
  };
  expect(await groups("merge", "Merge")).toEqual(["1235", "4000", "77"]);
  expect(await groups("strict", "Strict")).toEqual(["1235", "4000"]);
});

test("the host's devices and every right, for a privileged one", async () => {
  const script =
    "grep CapEff /proc/self/status; test -d /dev/net && echo devices; test -w /proc/sys/kernel/hostname && echo writable; mount -t tmpfs x /tmp && echo mounted";
  expect(await output("privileged", script, { securityContext: { privileged: true } })).toEqual([
    expect.stringMatching(/^CapEff:\t000001ff[fe]{8}$/),
    "devices",
    "writable",
    "mounted",
  ]);
});

test("cgroups that a privileged container creates keep their limits", async () => {
  const script =
    "cd /sys/fs/cgroup; [ -e cgroup.controllers ] || cd memory; mkdir nested; echo $$ >nested/cgroup.procs; echo +memory >cgroup.subtree_control; echo 52428800 >nested/memory.max || echo 52428800 >nested/memory.limit_in_bytes; touch /ready; sleep 1000";
  const main = shell(script, { name: "main", image, securityContext: { privileged: true }, startupProbe });
  await node.run(pod(node, "nested", [main, { name: "beside", image, command: ["false"] }]));
  await node.container("nested", ({ restartCount }) => restartCount > 0, "beside");
  await node.container("nested", ({ started }) => started);
  await node.exec("systemctl daemon-reload");
  await node.exec(`systemctl restart ${node.unit("nested", "beside")} || true`);
  const files = '"(" -name memory.max -o -name memory.limit_in_bytes ")"';
  const { stdout } = await node.exec(
    `find /sys/fs/cgroup -path "*/${node.unit("nested")}/nested/*" ${files} -exec cat {} + || true`,
  );
  expect(stdout).toBe("52428800\n");
});

test("a kill at the limit of such a cgroup does not end the container, and one at its own ends all of it", async () => {
  const script = [
    "cd /sys/fs/cgroup; [ -e cgroup.controllers ] || cd memory",
    "mkdir own small; echo $$ >own/cgroup.procs; echo +memory >cgroup.subtree_control",
    "echo 20971520 >small/memory.max || echo 20971520 >small/memory.limit_in_bytes",
    "sh -c 'echo $$ >small/cgroup.procs; dd if=/dev/zero of=/dev/null bs=200M count=1'; [ $? = 137 ] && touch /ready; sleep 1000",
  ].join("; ");
  await node.run(pod(node, "small", shell(script, { image, securityContext: { privileged: true }, startupProbe })));
  const { restartCount } = await node.container("small", ({ started }) => started);
  expect(restartCount).toBe(0);
  const { stdout } = await node.exec(
    `find /sys/fs/cgroup -path "*/${node.unit("small")}/memory.oom.group" -exec cat {} + || true`,
  );
  expect(stdout).toMatch(/^(1\n)?$/);
});

test.each([
  ["with pipes", 4326, (enter: string) => enter],
  ["on a terminal", 4327, (enter: string) => `script --quiet --command '${enter}' /dev/null`],
])("%s: the helpers of what enters do not count for the container", async (name, seconds, command) => {
  const entered = name.replaceAll(" ", "-");
  await node.run(pod(node, entered, shell("exec sleep 1000", { image })));
  await node.container(entered, ({ ready }) => ready);
  const enter = `/usr/local/lib/unitlet/container-enter ${node.unit(entered)} sleep ${seconds}`;
  await node.exec(`setsid --fork ${command(enter)} >/dev/null 2>&1 </dev/null`);
  const files = `find /sys/fs/cgroup -path "*/${node.unit(entered)}/cgroup.procs"`;
  const list = `for each in $(cat $(${files}) | sort -nu); do ps -o args= -p $each || :; done`;
  const processes = async () => (await node.exec(list)).stdout;
  const both = `sleep 1000\nsleep ${seconds}\n`;
  await node.machine.until(async () => (await processes()) === both, { what: "two processes alone" });
});

test("a user other than root is demanded of an image that has none", async () => {
  await node.run(pod(node, "root", { image, securityContext: { runAsNonRoot: true } }));
  const reason = "CreateContainerConfigError";
  const { state } = await node.container("root", (seen) => seen.state?.waiting?.reason === reason);
  expect(state?.waiting?.message).toMatch(/^container has runAsNonRoot and image will run as root \(pod: "root_/);
});

test("a program that is not in the image says so, as runtimes do", async () => {
  await node.run(pod(node, "nothing", { image, command: ["/no/such"] }));
  const { lastState } = await node.container("nothing", (seen) => seen.lastState?.terminated);
  expect(lastState?.terminated).toMatchObject({
    exitCode: 128,
    reason: "StartError",
    message: expect.stringContaining("executable file `/no/such` not found"),
  });
});

test("no process of the host is seen, or can be signalled", async () => {
  expect(await output("alone", "ps -o args | grep -c '[s]ystemd'; kill -0 300 2>&1 || true; echo $$")).toEqual([
    "0",
    "sh: can't kill pid 300: No such process",
    "1",
  ]);
});

test("what its pod takes from the cluster, as variables and as files", async () => {
  await node.apply(
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "map" }, data: { "data-1": "odd", file: "text" } },
    { apiVersion: "v1", kind: "Secret", metadata: { name: "keys" }, stringData: { password: "secret" } },
  );
  const volumeMounts = [
    { name: "map", mountPath: "/etc/settings/file", subPath: "file" },
    { name: "keys", mountPath: "/keys" },
    { name: "disk", mountPath: "/data" },
    { name: "memory", mountPath: "/cache", readOnly: true },
  ];
  const volumes = [
    { name: "map", configMap: { name: "map" } },
    { name: "keys", secret: { secretName: "keys", defaultMode: 0o400 } },
    { name: "disk", emptyDir: {} },
    { name: "memory", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
  ];
  const script =
    "tr '\\0' '\\n' </proc/1/environ | grep data-1; cat /etc/settings/file /keys/password; echo; echo x >/data/y && ls /data; echo x >/cache/y";
  const command = ["sh", "-c", script];
  const container = { image, command, volumeMounts, envFrom: [{ configMapRef: { name: "map" } }] };
  await node.run(pod(node, "sources", container, { volumes, restartPolicy: "Never" }));
  await node.until("sources", (seen) => seen?.status?.phase === "Failed");
  expect(await node.log("sources")).toBe(
    "data-1=odd\ntextsecret\ny\nsh: can't create /cache/y: Read-only file system\n",
  );
});

test("the sysctls of a pod count in the IPC namespace of its sandbox", async () => {
  // On a machine in a container it is read-only; on a host it is not.
  await node.exec("! mountpoint -q /proc/sys || mount -o remount,bind,rw /proc/sys");
  const securityContext = { sysctls: [{ name: "kernel.shm_rmid_forced", value: "1" }] };
  const read = "cat /proc/sys/kernel/shm_rmid_forced";
  await node.run(
    pod(node, "tuned", { image, command: ["sh", "-c", read] }, { restartPolicy: "Never", securityContext }),
  );
  await node.until("tuned", (seen) => seen?.status?.phase === "Succeeded");
  expect([await node.log("tuned"), (await node.exec(read)).stdout]).toEqual(["1\n", "0\n"]);
});

test("a seccomp profile of the node; without its file the container waits", async () => {
  const seccompProfile = { type: "Localhost", localhostProfile: "audit/no-mkdir.json" };
  const command = ["sh", "-c", "mkdir /tmp/x 2>&1; grep '^Seccomp:' /proc/self/status"];
  const spec = { restartPolicy: "Never", securityContext: { seccompProfile } };
  await node.run(pod(node, "filtered", { image, command }, spec));
  const { state } = await node.container("filtered", (seen) => seen.state?.waiting?.reason === "CreateContainerError");
  expect(state?.waiting?.message).toMatch(
    /^cannot load seccomp profile "\/etc\/unitlet\/seccomp\/audit\/no-mkdir.json": /,
  );
  const rule = { names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 38 };
  const profile = { defaultAction: "SCMP_ACT_ALLOW", syscalls: [rule] };
  await node.machine.write("/etc/unitlet/seccomp/audit/no-mkdir.json", JSON.stringify(profile));
  await node.syncWithoutCache();
  await node.until("filtered", (seen) => seen?.status?.phase === "Succeeded");
  expect(await node.log("filtered")).toBe(
    "mkdir: can't create directory '/tmp/x': Function not implemented\nSeccomp:\t2\n",
  );
});

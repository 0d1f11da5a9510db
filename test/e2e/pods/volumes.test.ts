import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { until } from "../../support/until.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";
import { claim, localVolume, SECRET, volumePods } from "../support/volume-pods.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "volumes");
  await node.exec(
    "mkdir -p /srv/host/dir /srv/local/old && echo old >/srv/local/old/file && echo hosts >/srv/host/file",
  );
  await node.apply(
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "map" },
      data: { a: "A1", b: "B1" },
      binaryData: { bytes: "AP8=" },
    },
    { apiVersion: "v1", kind: "Secret", metadata: { name: "keys" }, stringData: { password: SECRET } },
    localVolume(node),
    claim("data", { volumeName: `${node.namespace}-local` }),
  );
  await node.kubectl("wait", "--for=jsonpath={.status.phase}=Bound", "pvc/data", "--timeout=150s");
  await node.run(...volumePods(node));
});

afterAll(() => node[Symbol.asyncDispose]());

/** What a pod's program has printed, once it is as it should be. */
async function printed(name: string, expected: string | RegExp): Promise<void> {
  const matches = (text: string) => (typeof expected === "string" ? text === expected : expected.test(text));
  await until(
    async () => {
      const text = await node.log(name);
      return [matches(text), text];
    },
    { what: `what ${name} prints`, every: 200 },
  );
}

test("an emptyDir can be written to by all, and belongs to the pod's group", async () => {
  await printed("disk", "2777 0 4321\nwritten\n");
});

test("an emptyDir in memory is as large as it may be", async () => {
  await printed("memory", "tmpfs\n  2097152\n");
});

test("an emptyDir in memory is no larger than the memory limit of the pod", async () => {
  await printed("memory-of-pod", "67108864\n");
});

test("a ConfigMap's files are read-only links to the present ones", async () => {
  await printed(
    "map",
    /^(\.\.\d+-\d+)\n\.\.data\na\nb\nbytes\n\.\.data\/a\n440\n 00 ff\ntouch: .*Read-only file system\n$/,
  );
});

test("a Secret's are in memory, under the path and with the mode asked for", async () => {
  await printed("secret", `${SECRET}\n400\ntmpfs\n`);
});

test("what is optional and not there is empty", async () => {
  await node.container("optional", ({ state }) => state?.terminated?.exitCode === 0);
  expect(await node.log("optional")).toMatch(/^\.\.\d+-\d+\n\.\.data\n$/);
});

test("files and directories of the host are what they are, read-only where that is asked for", async () => {
  await printed("host", "hosts\ncat: /run/made/x: No such file or directory\n/run/made\nhosts\n");
  const { stdout } = await node.exec("cat /srv/host/dir/new; stat -c '%F %a' /srv/made/here");
  expect(stdout).toBe("from-pod\ndirectory 755\n");
});

test("a hostPath of another type is reported", async () => {
  const why = 'MountVolume.SetUp failed for volume "v" : hostPath type check failed: /srv/host/file is not a directory';
  const { state } = await node.container("wrong", (status) => status.state?.waiting?.message !== undefined);
  expect(state?.waiting).toEqual({ reason: "ContainerCreating", message: why });
});

test("a share that cannot be mounted is reported", async () => {
  const { state } = await node.container("share", (status) => status.state?.waiting?.message !== undefined);
  expect(state?.waiting?.message).toMatch(
    /^MountVolume.SetUp failed for volume "v" : mount failed: on the node, journalctl -u 'run-unitlet-.*-volumes-v.mount' says why$/,
  );
});

test("a claim's local volume holds what was there, and is the pod's group's", async () => {
  await printed("claimed", "old\n2775 4321\n2775 4321\n664 4321\n");
});

test("what is mounted on the host later is seen by a container that asks for it", async () => {
  await node.exec("mkdir /srv/local/later && mount -t tmpfs later /srv/local/later");
  expect(await inside("claimed", "stat -f -c %T /run/v/later")).toBe("tmpfs\n");
  await node.exec("umount /srv/local/later && rmdir /srv/local/later");
});

test("paths within volumes are mounted, and made where they are missing", async () => {
  await printed("within", "A1\n/run/all:\nby-name\n/run/all/by-name:\nwithin\n");
});

test("a pod waits for the ConfigMap that it needs, and starts when it appears", async () => {
  const { state } = await node.container("missing", (status) => status.state?.waiting?.message !== undefined);
  expect(state?.waiting?.message).toBe('MountVolume.SetUp failed for volume "v" : configmap "later" not found');
  await node.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "later" }, data: { k: "here" } });
  await printed("missing", "here\n");
});

test("what changes in the cluster changes in the volume of a running container, but not under a subPath", async () => {
  await node.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "map" }, data: { a: "A2", c: "C2" } });
  await node.kubectl("label", "pod", "labels", "color=blue", "--overwrite");
  await node.syncWithExpiredReferences();
  const poll = async () => [
    await inside("map", "cat /run/v/a /run/v/c; ls /run/v"),
    await inside("labels", "cat /run/v/labels"),
  ];
  const isNew = ([map, labels]: string[]) => map === "A2C2a\nc\n" && labels?.includes('color="blue"');
  await until(async () => [isNew(await poll()), await poll()], { what: "what is new" });
  expect(await inside("within", "cat /run/one")).toBe("A1");
});

test("a key that a running pod names and that is gone is told until it is back, and the file stays", async () => {
  const map = (data: object) => node.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "loses" }, data });
  await map({ key: "old" });
  const volumes = [{ name: "v", configMap: { name: "loses", items: [{ key: "key", path: "file" }] } }];
  const container = { ...SLEEP, volumeMounts: [{ name: "v", mountPath: "/run/v" }] };
  await node.run(pod(node, "loses", container, { volumes }));
  await node.container("loses", ({ ready }) => ready);
  await map({ other: "x" });
  await node.syncWithExpiredReferences();
  const selector = "--field-selector=involvedObject.name=loses,reason=FailedMount";
  const told = () => node.kubectl("get", "events", selector, "-o", "jsonpath={.items[*].message}");
  const message = 'MountVolume.SetUp failed for volume "v" : configmap references non-existent config key: key';
  await until(async () => [(await told()) === message, await told()], { what: "the Event" });
  expect(await inside("loses", "cat /run/v/file")).toBe("old");
  await map({ key: "new" });
  await node.syncWithExpiredReferences();
  await until(async () => (await inside("loses", "cat /run/v/file")) === "new", { what: "the key again" });
});

test("the Secret is nowhere where others look", async () => {
  const places = `{ cat /etc/systemd/system/*unitlet*; journalctl -u unitlet-sync; systemctl show '*unitlet*'; cat /proc/[0-9]*/cmdline; grep -rs . /var/lib/unitlet; } 2>/dev/null`;
  const { stdout } = await node.exec(`${places} | tr '\\0' '\\n'`);
  expect(stdout).toContain(node.unit("secret"));
  expect(stdout).not.toContain(SECRET);
});

test("a container that is started again has its volumes as they were", async () => {
  const before = await node.invocation("memory");
  await inside("memory", "echo kept >/run/v/kept");
  await node.exec(`kill -9 ${await node.show("memory", "MainPID")}`);
  await until(
    async () => (await node.invocation("memory")) !== before && (await node.show("memory", "SubState")) === "running",
    { what: "another run" },
  );
  expect(await inside("memory", "cat /run/v/kept")).toBe("kept\n");
});

test.for([
  ["trap", "/etc"],
  ["up", "../../etc"],
] as const)("a link %s -> %s that a container plants leads no other out of the volume", async ([name, target]) => {
  await inside("claimed", `ln -s ${target} /run/v/${name}`);
  const volumes = [{ name: "v", persistentVolumeClaim: { claimName: "data" } }];
  const caught = shell("ls /run/v", { volumeMounts: [{ name: "v", mountPath: "/run/v", subPath: name }] });
  await node.run(pod(node, `caught-${name}`, caught, { volumes, restartPolicy: "Never" }));
  const { state } = await node.container(`caught-${name}`, (status) => status.state?.waiting?.message !== undefined);
  expect(state?.waiting).toEqual({
    reason: "CreateContainerConfigError",
    message: `failed to prepare subPath for volumeMount "v" of container "main": ${name} leads out of the volume`,
  });
});

test("nothing is left of them, and what is the host's stays", async () => {
  await node.kubectl("delete", "pods", "--all", "--wait=true", "--timeout=200s");
  const left =
    "ls -A /run/unitlet/pods /var/lib/unitlet/pods /run/unitlet/references; grep -c unitlet/pods /proc/self/mountinfo; cat /srv/local/new /srv/local/old/file /srv/host/file";
  const expected = "/run/unitlet/pods:\n\n/run/unitlet/references:\n\n/var/lib/unitlet/pods:\n0\nmine\nold\nhosts\n";
  const poll = async () => {
    await node.syncWithoutCache();
    const { stdout } = await node.exec(left);
    return [stdout === expected, stdout];
  };
  await until(poll, { what: "nothing to be left" });
});

/** A command in the mount namespace of a container. */
async function inside(name: string, command: string): Promise<string> {
  const pid = await node.show(name, "MainPID");
  return (await node.exec(["nsenter", "--mount", "--target", pid, "sh", "-c", command])).stdout;
}

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { Node } from "../../support/node.ts";
import { pod, shell } from "../support/manifests.ts";

let proxy: FaultProxy;
let node: Node;

beforeAll(async () => {
  const cluster = await Cluster.up();
  proxy = await FaultProxy.start(cluster);
  node = await Node.join(cluster, "node-33", { proxy });
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

beforeEach(() => proxy.clear());

const env = [{ name: "GREETING", value: "hello, 'world'" }];
const serve = shell('echo "$GREETING"; exec sleep infinity', { env });
const once = shell("echo once; exec sleep infinity");
const done = shell("echo done");
const initContainers = [{ name: "first", image: "host", ...shell("echo first") }];

async function said(name: string, words: string, container?: string): Promise<void> {
  const poll = async () => [(await node.log(name, container)) === words, await node.log(name, container)];
  await node.machine.until(poll, { what: `the words of ${name}` });
}

async function create(suffix: string): Promise<void> {
  await node.run(
    pod(node, `always-${suffix}`, serve, { initContainers, automountServiceAccountToken: true }),
    pod(node, `once-${suffix}`, once, { restartPolicy: "Never" }),
    pod(node, `done-${suffix}`, done, { restartPolicy: "OnFailure" }),
  );
  await node.container(`always-${suffix}`, ({ ready }) => ready);
  await node.container(`once-${suffix}`, ({ ready }) => ready);
  await node.until(`done-${suffix}`, (seen) => seen?.status?.phase === "Succeeded");
  await said(`always-${suffix}`, "hello, 'world'\n");
  await said(`once-${suffix}`, "once\n");
}

describe.each([
  ["reboot", { exitCode: 143, reason: "Error" }],
  ["crash", { exitCode: 137, reason: "ContainerStatusUnknown" }],
] as const)("after a %s", (end, terminated) => {
  test("what should run runs again and counts the restart, what should not does not", async () => {
    await create(end);
    await node.machine[end]();
    const always = await node.container(`always-${end}`, ({ ready, restartCount }) => ready && restartCount === 1);
    expect(always).toMatchObject({
      lastState: { terminated },
      containerID: `systemd://${await node.invocation(`always-${end}`)}`,
    });
    await said(`always-${end}`, "hello, 'world'\nhello, 'world'\n");
    expect(await node.log(`always-${end}`, "first")).toBe("first\nfirst\n");
    const status = await node.until(`once-${end}`, (seen) => seen?.status?.phase === "Failed" && seen.status);
    expect(status).toMatchObject({ containerStatuses: [{ restartCount: 0, state: { terminated } }] });
    expect(await node.log(`once-${end}`)).toBe("once\n");
    expect(await node.log(`done-${end}`)).toBe("done\n");
    expect((await node.get(`done-${end}`))?.status).toMatchObject({
      phase: "Succeeded",
      containerStatuses: [{ restartCount: 0 }],
    });
  });

  test("the same without an API server, which hears of it later", async () => {
    await create(`alone-${end}`);
    proxy.on(() => ({ reset: true }));
    await node.machine[end]();
    const twice = "hello, 'world'\nhello, 'world'\n";
    await said(`always-alone-${end}`, twice);
    await node.sync({ allowFailure: true });
    expect(await node.log(`always-alone-${end}`)).toBe(twice);
    expect(await node.log(`once-alone-${end}`)).toBe("once\n");
    expect(await node.log(`done-alone-${end}`)).toBe("done\n");
    const { stdout: shown } = await node.exec("unitlet status");
    expect(shown).toMatch(new RegExp(`always-alone-${end} +Running +main +running +1 `));
    expect(shown).toMatch(new RegExp(`once-alone-${end} +Running +main +(ended|exited 143|killed TERM) +0 `));
    expect(shown).toMatch(new RegExp(`done-alone-${end} +Succeeded +main +(Completed|exited 0) +0 `));
    const invocation = await node.invocation(`always-alone-${end}`);
    proxy.clear();
    await node.sync();
    const always = await node.container(`always-alone-${end}`, ({ restartCount }) => restartCount === 1);
    expect(always).toMatchObject({ ready: true, lastState: { terminated }, containerID: `systemd://${invocation}` });
    const status = await node.until(`once-alone-${end}`, (seen) => seen?.status?.phase === "Failed" && seen.status);
    expect(status).toMatchObject({ containerStatuses: [{ restartCount: 0, state: { terminated } }] });
  });
});

test("volumes are there again without an API server: what was on the disk as it was, what was in memory empty", async () => {
  const script = "cat /run/map; echo x >>/run/disk/n; echo x >>/run/memory/n; wc -l </run/disk/n; wc -l </run/memory/n";
  const volumeMounts = [
    { name: "map", mountPath: "/run/map", subPath: "key" },
    { name: "disk", mountPath: "/run/disk", subPath: "below" },
    { name: "memory", mountPath: "/run/memory" },
  ];
  const volumes = [
    { name: "map", configMap: { name: "kept" } },
    { name: "disk", emptyDir: {} },
    { name: "memory", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
  ];
  await node.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "kept" }, data: { key: "value\n" } });
  await node.run(pod(node, "kept", shell(`${script}; exec sleep infinity`, { volumeMounts }), { volumes }));
  await node.container("kept", ({ ready }) => ready);
  await said("kept", "value\n1\n1\n");
  proxy.on(() => ({ reset: true }));
  await node.machine.reboot();
  await said("kept", "value\n1\n1\nvalue\n2\n1\n");
});

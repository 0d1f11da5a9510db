import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { type Container, pod, SLEEP, shell } from "../support/manifests.ts";

const UNITS = "/etc/systemd/system";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "mishaps", { timerInterval: "1s" });
});

afterAll(() => node[Symbol.asyncDispose]());

async function run(name: string, spec: object = {}): Promise<string> {
  await node.run(pod(node, name, SLEEP, spec));
  await node.container(name, ({ ready }) => ready);
  return await node.invocation(name);
}

test("a pod with the longest names runs, and goes without a trace", async () => {
  const name = `${"a".repeat(60)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(60)}`;
  const container = "e".repeat(63);
  await node.run(pod(node, name, shell("echo up; exec sleep infinity", { name: container })));
  await node.container(name, ({ ready }) => ready, container);
  const { stdout } = await node.exec(`cd ${UNITS}; grep -l '^Pod=${name}$' unitlet.*.service; cat unitlet.*.service`);
  expect(stdout).toContain(`Container=${container}\n`);
  await node.kubectl("delete", "pod", name);
  const files = `ls ${UNITS} /run/unitlet/pods /var/lib/unitlet/pods | grep 'unitlet[.]\\|-pod\\|^[0-9a-f]*-' || true`;
  const left = async () => (await node.exec(files)).stdout;
  await node.machine.until(async () => [(await left()) === "", await left()], { what: "no file of the pod" });
});

test("a container whose image changes in the pod is restarted, and no other", async () => {
  await node.run(
    pod(node, "changes", [
      { ...SLEEP, name: "one" },
      { ...SLEEP, name: "two" },
    ]),
  );
  const before = await node.container("changes", ({ ready }) => ready, "one");
  const other = await node.container("changes", ({ ready }) => ready, "two");
  await node.kubectl("set", "image", "pod/changes", "one=host:2");
  await node.sync();
  const after = await node.container("changes", ({ ready, image }) => ready && image === "host:2", "one");
  expect(after.restartCount).toBe(1);
  expect(after.containerID).not.toBe(before.containerID);
  expect(await node.container("changes", ({ ready }) => ready, "two")).toEqual(other);
});

test("what else may change in a pod that runs restarts nothing", async () => {
  const invocation = await run("relabelled");
  await node.kubectl("label", "pod", "relabelled", "color=blue");
  await node.kubectl("annotate", "pod", "relabelled", "note=new");
  const spec = { activeDeadlineSeconds: 3600, tolerations: [{ key: "new", operator: "Exists" }] };
  await node.kubectl("patch", "pod", "relabelled", `--patch=${JSON.stringify({ spec })}`);
  await node.kubectl("debug", "relabelled", "--image=host", "--attach=false", "--quiet", "--", "true");
  await node.sync();
  const generation = (await node.get("relabelled"))?.metadata?.generation;
  const { status } = await node.until("relabelled", (seen) => seen?.status?.observedGeneration === generation && seen);
  expect(status).toMatchObject({ phase: "Running", containerStatuses: [{ ready: true, restartCount: 0 }] });
  expect(await node.invocation("relabelled")).toBe(invocation);
});

test("a slice that was edited is put back, and its containers run on", async () => {
  const invocation = await run("sliced");
  const slice = await node.show("sliced", "Slice");
  const text = await node.machine.read(`${UNITS}/${slice}`);
  await node.exec(`printf '[Slice]\\nMemoryMax=1G\\n' >>${UNITS}/${slice}; systemctl daemon-reload`);
  await node.machine.until(async () => (await node.machine.read(`${UNITS}/${slice}`)) === text, {
    what: "the slice as it was",
  });
  // The run makes systemd read it a moment later.
  const limit = async () => (await node.exec(["systemctl", "show", "--value", "--property=MemoryMax", slice])).stdout;
  await node.machine.until(async () => [(await limit()) === "infinity\n", await limit()], { what: "no limit" });
  expect(await node.invocation("sliced")).toBe(invocation);
});

test("whatever an admin stops as a whole runs again", async () => {
  const invocation = await run("swept");
  // Without waiting, because a start by the next run may replace the job of the stop.
  await node.exec("systemctl stop --no-block unitlet.slice");
  const status = await node.container(
    "swept",
    ({ ready, containerID }) => ready && containerID !== `systemd://${invocation}`,
  );
  expect(status).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 143 } } });
});

test("of two pods that want the same port of the host, the later is turned away", async () => {
  const listener: Container = { ...SLEEP, ports: [{ containerPort: 8080, hostPort: 8080 }] };
  await node.run(pod(node, "first", listener, { hostNetwork: true }));
  const invocation = (await node.container("first", ({ ready }) => ready)).containerID;
  await node.run(pod(node, "second", listener, { hostNetwork: true }));
  const status = await node.until("second", (seen) => seen?.status?.phase === "Failed" && seen.status);
  expect(status).toMatchObject({
    reason: "NodePorts",
    message: "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
  });
  expect((await node.container("first", ({ ready }) => ready)).containerID).toBe(invocation);
});

test("a pod that cannot be written harms no other, and runs once it can", async () => {
  const unit = node.unit("blocked");
  await node.exec(["mkdir", "-p", `${UNITS}/${unit}/x`]);
  await node.apply(pod(node, "blocked", SLEEP), pod(node, "free", SLEEP));
  await node.container("free", ({ ready }) => ready);
  expect(await node.journal()).toMatch(new RegExp(`cannot write-unit unit=${unit} because=`));
  await node.exec(["rm", "-r", `${UNITS}/${unit}`]);
  await node.container("blocked", ({ ready }) => ready);
});

/** Removes what is in a directory. A run may write there meanwhile, which makes rm fail. */
async function empty(directory: string): Promise<void> {
  await node.exec(`until rm -rf ${directory}/*; do sleep 0.1; done`);
}

test("an emptied /run/unitlet is filled again, containers run on, and their end is reported", async () => {
  const invocation = await run("emptied", { automountServiceAccountToken: true });
  const files = "cd /run/unitlet/pods/*; find . -type f -printf '%P %m\\n' | sed 's/[.][.][0-9-]*/DATA/' | sort";
  const uid = (await node.get("emptied"))?.metadata?.uid;
  const poll = async () => (await node.exec(files.replace("*", uid ?? ""))).stdout;
  const before = await poll();
  await empty("/run/unitlet");
  await node.syncWithoutCache();
  expect(await node.invocation("emptied")).toBe(invocation);
  await node.machine.until(async () => [(await poll()) === before, await poll()], { what: `only\n${before}` });
  await node.exec(["systemctl", "kill", "--signal=KILL", "--kill-whom=main", node.unit("emptied")]);
  const status = await node.container("emptied", ({ restartCount, ready }) => restartCount === 1 && ready);
  expect(status.lastState?.terminated).toMatchObject({ exitCode: 137 });
});

test("/var/lib/unitlet that was emptied costs no restart", async () => {
  const invocation = await run("amnesia");
  await empty("/var/lib/unitlet");
  await node.syncWithoutCache();
  await node.exec(["systemctl", "kill", "--signal=KILL", "--kill-whom=main", node.unit("amnesia")]);
  const status = await node.container("amnesia", ({ restartCount, ready }) => restartCount === 1 && ready);
  expect(status.lastState?.terminated).toMatchObject({ exitCode: 137, containerID: `systemd://${invocation}` });
});

test.each([
  ["was told as running", shell("echo once; sleep 1"), "once\n"],
  ["was over too soon for that", { command: ["/no/such/program"] }, ""],
])(
  "a container that %s, and whose end could not be recorded, never runs again under Never",
  async (how, container, said) => {
    const name = how.replaceAll(" ", "-");
    const helper = "/usr/local/lib/unitlet/container-exit";
    await node.exec(
      `mv ${helper} ${helper}.real; printf '#!/bin/sh\nexec sleep 100\n' >${helper}; chmod 755 ${helper}`,
    );
    await node.run(pod(node, name, container, { restartPolicy: "Never", terminationGracePeriodSeconds: 1 }));
    const status = await node.until(name, (seen) => seen?.status?.phase === "Failed" && seen.status);
    await node.exec(`mv ${helper}.real ${helper}`);
    const terminated = expect.objectContaining({ exitCode: 137, reason: "ContainerStatusUnknown" });
    expect(status.containerStatuses).toMatchObject([{ restartCount: 0, state: { terminated }, lastState: {} }]);
    if (said) expect(await node.log(name)).toBe(said);
  },
);

test.each([
  [
    "lost its kubeconfig",
    "faithful",
    "mv /etc/unitlet/kubeconfig /root",
    "mv /root/kubeconfig /etc/unitlet",
    /there is no kubeconfig any more/,
  ],
  ["got another name", "steadfast", "hostname somebody-else", "hostname mishaps", /its name is somebody-else now/],
])("a host that %s ends no pod", async (_, name, slip, undo, named) => {
  const invocation = await run(name);
  await node.exec(slip);
  await node.sync({ allowFailure: true });
  const said = "nothing is removed because=.*this host is node mishaps of a cluster, and ";
  expect(await node.journal()).toMatch(new RegExp(`${said}${named.source}: undo that or join again as mishaps`));
  await node.exec(undo);
  await node.sync();
  expect(await node.invocation(name)).toBe(invocation);
});

test("a sync request starts one run with an invalid configuration, and not one after the other", async () => {
  const directory = "/etc/unitlet/unitlet.conf.d";
  const request = "/run/unitlet/sync-requested";
  await node.exec(`mkdir -p ${directory}; echo 'nonsense = 1' > ${directory}/90-invalid.conf; touch ${request}`);
  const isLeft = async () => (await node.exec(`test ! -e ${request} || echo yes`)).stdout === "yes\n";
  await node.machine.until(async () => !(await isLeft()), { what: "no request" });
  await node.exec(["rm", `${directory}/90-invalid.conf`]);
  // A run that has begun before this still fails.
  await node.sync({ allowFailure: true });
});

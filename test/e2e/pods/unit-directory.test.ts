import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { Node } from "../../support/node.ts";
import { kubectl } from "../support/kubectl.ts";
import { installServingCertificate } from "../support/kubelet-client.ts";
import { pod, shell } from "../support/manifests.ts";

const SETTINGS = "/etc/unitlet/unitlet.conf.d/55-units.conf";
const UNITS = "/run/systemd/system";
const READ_ONLY = `[Mount]
What=/etc/systemd
Where=/etc/systemd
Options=bind,ro
[Install]
WantedBy=local-fs.target
`;

let proxy: FaultProxy;
let node: Node;

beforeAll(async () => {
  const cluster = await Cluster.up();
  proxy = await FaultProxy.start(cluster);
  node = await Node.join(cluster, "node-36", { proxy, timerInterval: "1s" });
  await installServingCertificate(node);
  await node.run(pod(node, "web", shell('echo "$GREETING"; exec sleep infinity', { env })));
  await node.container("web", ({ ready }) => ready);
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

const env = [{ name: "GREETING", value: "hello" }];

/** Sets `unitDirectory`, and waits until all units of pods are there. */
async function move(directory: string): Promise<void> {
  await node.machine.write(SETTINGS, `unitDirectory = ${directory}\n`);
  await node.sync();
}

/** Returns the files and links of pods' units, and the settings of the journals. */
async function files(): Promise<readonly string[]> {
  const { stdout } = await node.exec(
    `find /etc/systemd /run/systemd /var/lib/unitlet -path '*/unitlet-sync*' -prune -o '(' -name 'unitlet.*' -o -name 'unitlet*-pod*' -o -path '*/systemd/journald@unitlet*' -o -path '*/units/journald@unitlet*' ')' ! -type d -print | sort`,
  );
  return stdout.split("\n").filter((line) => line !== "");
}

async function events(name: string): Promise<string> {
  return await node.kubectl("get", "events", `--field-selector=involvedObject.name=${name},type=Warning`, "-o", "name");
}

test("the units of a pod that runs are moved, and it does not restart", async () => {
  const invocation = await node.invocation("web");
  await move(UNITS);
  const moved = await files();
  expect(moved.filter((path) => path.startsWith("/etc/systemd/system/"))).toEqual([]);
  expect(moved).toEqual(
    expect.arrayContaining([
      `${UNITS}/${node.unit("web")}`,
      `${UNITS}/multi-user.target.wants/${node.unit("web")}`,
      `/var/lib/unitlet/units/${node.unit("web")}`,
    ]),
  );
  await node.syncWithoutCache();
  expect(await node.show("web", "FragmentPath")).toBe(`${UNITS}/${node.unit("web")}`);
  expect(await node.show("web", "NeedDaemonReload")).toBe("no");
  expect(await node.invocation("web")).toBe(invocation);
  expect(await events("web")).toBe("");
});

test("with a read-only /etc/systemd a pod runs, is entered, restarts and leaves nothing", async () => {
  await node.machine.write("/etc/systemd/system/etc-systemd.mount", READ_ONLY);
  await node.exec("systemctl enable --now etc-systemd.mount; ! touch /etc/systemd/system/new");
  const before = await files();
  await node.run(pod(node, "guest", shell('read word; echo "got $word"; exec sleep infinity', { stdin: true })));
  await node.container("guest", ({ ready }) => ready);
  expect(await kubectl(node, ["exec", "guest", "--", "echo", "inside"])).toMatchObject({ stdout: "inside\n" });
  await kubectl(node, ["attach", "-i", "guest"], { stdin: "word\n" });
  const poll = async () => [(await node.log("guest")) === "got word\n", await node.log("guest")];
  await node.machine.until(poll, { what: "the words of guest" });
  await node.exec(`systemctl kill --signal=KILL ${node.unit("guest")}`);
  await node.container("guest", ({ ready, restartCount }) => ready && restartCount === 1);
  await node.kubectl("delete", "pod", "guest");
  await node.machine.until(async () => (await files()).join() === before.join(), { what: "no file of the pod" });
  const { stdout } = await node.exec("unitlet doctor || true");
  expect(stdout).not.toContain("read-only");
});

test.each([
  ["edited", "echo Nice=5 >>$unit; systemctl daemon-reload"],
  ["deleted", "rm $unit; systemctl daemon-reload"],
  ["stopped and deleted", "systemctl stop $unit; rm $unit multi-user.target.wants/$unit; systemctl daemon-reload"],
])("a unit that was %s there is put right", async (was, script) => {
  const name = `drift-${was.replaceAll(" ", "-")}`;
  await node.run(pod(node, name, shell("exec sleep infinity")));
  await node.container(name, ({ ready }) => ready);
  const unit = node.unit(name);
  const look = async () => (await node.exec(`cd ${UNITS}; ls ${unit}* *.wants/${unit}; cat ${unit}`)).stdout;
  const before = await look();
  await node.exec(`cd ${UNITS}; unit=${unit}; ${script}`);
  await node.sync();
  await node.container(name, ({ ready }) => ready);
  await node.machine.until(async () => (await look()) === before, { what: `${unit} as it was` });
  await node.kubectl("delete", "pod", name);
});

test("a copy that a killed run has left of a pod that is gone is removed", async () => {
  const copy = (name: string) => `/var/lib/unitlet/units/${node.unit(name)}`;
  const owner = "s/^Pod=.*/Pod=gone/; s/^PodUID=.*/PodUID=6f1d4c4e-2f0b-4a55-9d0e-3f6a1a1f9c01/";
  await node.exec(`sed '${owner}' ${copy("web")} >${copy("gone")}`);
  await node.machine.until(async () => !(await files()).includes(copy("gone")), { what: "no copy of gone" });
  expect(await node.show("gone", "LoadState")).toBe("not-found");
});

test.each(["reboot", "crash"] as const)("after a %s without an API server it runs again", async (end) => {
  const said = await node.log("web");
  const before = await files();
  proxy.on(() => ({ reset: true }));
  await node.machine[end]();
  await node.exec("! touch /etc/systemd/system/new");
  await node.machine.until(async () => (await node.log("web")) === `${said}hello\n`, { what: "the words of web" });
  await node.machine.until(async () => (await files()).join() === before.join(), {
    what: `only\n${before.join("\n")}`,
  });
  proxy.clear();
  await node.sync();
  await node.container("web", ({ ready, containerID }) => ready && containerID !== undefined);
  await node.machine.until(async () => (await files()).join() === before.join(), { what: "all files" });
  expect(await events("web")).toBe("");
});

test("the units move back to /etc, and no copy is left", async () => {
  await node.exec("umount /etc/systemd; systemctl disable etc-systemd.mount");
  const invocation = await node.invocation("web");
  await move("/etc/systemd/system");
  await node.machine.until(async () => (await files()).every((path) => path.startsWith("/etc/")), {
    what: "units in /etc alone",
  });
  expect(await node.show("web", "FragmentPath")).toBe(`/etc/systemd/system/${node.unit("web")}`);
  expect(await node.invocation("web")).toBe(invocation);
});

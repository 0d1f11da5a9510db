import { afterAll, beforeAll, expect, test } from "vitest";
import { installHello, property } from "../support/hello-service.ts";
import { JoinedHost, PKI } from "../support/joined-host.ts";
import { SLEEP } from "../support/manifests.ts";

let host: JoinedHost;
let namespace: string;
let adopted: string;

beforeAll(async () => {
  host = await JoinedHost.boot("leave");
  namespace = await host.cluster.namespace("leave");
});

afterAll(() => host.machine[Symbol.asyncDispose]());

const unit = (name: string) => `unitlet.${namespace}.${name}.main.service`;
const SETTINGS = "cat /etc/unitlet/unitlet.conf.d/60-join.conf";
const pid = async (name: string) => (await host.say(`systemctl show -P MainPID ${unit(name)}`)).trim();

async function create(name: string, container: object): Promise<void> {
  const spec = { nodeName: "leave", hostNetwork: true, containers: [{ name: "main", ...container }] };
  const metadata = { name, labels: { app: name } };
  await host.cluster.apply({ apiVersion: "v1", kind: "Pod", metadata, spec }, namespace);
  await host.sync();
}

async function start(name: string): Promise<string> {
  await create(name, { image: "host", ...SLEEP });
  await host.machine.until(async () => (await pid(name)) !== "0", { what: `pod ${name}` });
  return await pid(name);
}

const nothing = async () => {
  const { stdout } = await host.machine.exec(
    `ls -d /etc/unitlet/kubeconfig ${PKI} /var/lib/unitlet/joined 2>/dev/null`,
    {
      allowFailure: true,
    },
  );
  return stdout;
};

test("without a terminal it asks for --yes and changes nothing", async () => {
  const before = await nothing();
  const { code, stderr } = await host.machine.exec("unitlet leave", { allowFailure: true });
  expect([code, stderr]).toEqual([64, expect.stringContaining("give --drain or --keep")]);
  expect(await nothing()).toBe(before);
});

test("--keep leaves containers running and forgets the keys; joining under the same name takes them over", async () => {
  const running = await start("kept");
  const settings = await host.say(SETTINGS);
  expect(settings).toContain("podNetwork = host\n");
  const { stdout } = await host.machine.exec("unitlet leave --keep");
  expect(stdout).toContain("kubectl delete node leave");
  expect(await nothing()).toBe("/var/lib/unitlet/joined\n");
  await host.machine.exec("systemctl start unitlet-sync");
  expect(await pid("kept")).toBe(running);
  expect((await host.doctor()).stdout).toMatch(/^error: joined: this host is node leave of a cluster/m);
  await host.join([]);
  expect(await host.say(SETTINGS)).toBe(settings);
  await host.sync();
  expect(await pid("kept")).toBe(running);
});

test("doctor names a unit that belongs to no pod any more", async () => {
  const stray = `unitlet.${namespace}.stray.main.service`;
  const path = "/etc/systemd/system";
  const rename = "s/^PodUID=.*/PodUID=6b9c7ba0-6f0b-4b0e-8a53-5f1d00000000/; s/^Pod=.*/Pod=stray/";
  await host.machine.exec(`sed '${rename}' ${path}/${unit("kept")} >${path}/${stray}`);
  expect((await host.doctor()).stdout).toContain(`warning: ${stray}: belongs to no pod of this node any more`);
  await host.machine.exec(`rm ${path}/${stray}`);
});

test("--drain waits for a PodDisruptionBudget, and gives up in time without having changed anything", async () => {
  await host.cluster.apply(budget(1), namespace);
  const { code, stderr } = await host.machine.exec("unitlet leave --drain --timeout 8", { allowFailure: true });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/1 pods have not ended.*disruption budget[\s\S]*--force/)]);
  expect(await pid("kept")).not.toBe("0");
  const json = await host.machine.exec("unitlet leave --drain --json --timeout 1", { allowFailure: true });
  const objects = json.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const waiting = [{ pod: `${namespace}/kept`, reason: "PodDisruptionBudget", message: expect.any(String) }];
  expect(objects).toContainEqual(expect.objectContaining({ phase: "waiting", done: 0, total: 1, waiting }));
  expect(objects.at(-1)).toMatchObject({ command: "leave", type: "result", status: "failed", exitStatus: 1 });
  await host.cluster.kubectl(["delete", "pdb", "budget", "-n", namespace]);
});

test("a pod adopts a unit of the host", async () => {
  await installHello(host, "hello-leave", 7106);
  await host.machine.write("/etc/unitlet/unitlet.conf.d/70-adopt.conf", "adoptUnits = any\n");
  const dropIns = () => property(host, "hello-leave.service", "DropInPaths");
  await create("adopting", { image: "unit://hello-leave.service" });
  await host.syncUntil(dropIns, "the drop-in");
  adopted = await property(host, "hello-leave.service", "MainPID");
});

test("--drain ends the pods with their grace, then keys, configuration and what was known of the cluster are gone", async () => {
  await host.machine.exec("systemctl start unitlet-sync.timer");
  const { stdout } = await host.machine.exec("unitlet leave --drain", { timeout: 120_000 });
  expect(stdout).toContain(`Ending pod ${namespace}/kept.`);
  expect(stdout).toContain("It is standalone now.");
  expect(await host.cluster.get("pod", "kept", namespace)).toBeUndefined();
  expect(await host.say("ls /etc/systemd/system | grep unitlet.leave")).toBe("");
  expect(await nothing()).toBe("");
  expect(await host.say(SETTINGS)).toBe("");
  expect(await host.say("systemctl is-active unitlet-sync.timer unitlet-sync.path unitlet-api.socket")).toBe(
    "active\nactive\ninactive\n",
  );
  expect((await host.cluster.get("node", "leave"))?.spec?.unschedulable).toBe(true);
  expect(await host.doctor()).toMatchObject({ code: 0, stdout: expect.stringContaining("node leave, standalone") });
  expect(await host.say("unitlet leave --drain")).toBe("This host has joined no cluster.\n");
});

test("the unit that a pod had adopted runs on without its drop-in", async () => {
  const state = ["MainPID", "DropInPaths"].map((each) => property(host, "hello-leave.service", each));
  expect(await Promise.all(state)).toEqual([adopted, ""]);
});

test("a doctor of a healthy standalone host names what is stopped, and what to do", async () => {
  await host.machine.exec("systemctl stop unitlet-sync.path");
  const { stdout, code } = await host.doctor();
  expect(stdout).toMatch(/^error: unitlet-sync\.path: is inactive: systemctl enable --now unitlet-sync\.path/m);
  expect(code).toBe(1);
  for (const line of stdout.trim().split("\n")) expect(line).toMatch(/^(ok|warning|error): [^:]+: ./);
});

test("doctor names a program that the host lacks, and where it comes from", async () => {
  await host.machine.exec("mv /usr/bin/perl /usr/bin/perl.away");
  const { stdout } = await host.doctor();
  await host.machine.exec("mv /usr/bin/perl.away /usr/bin/perl");
  expect(stdout).toMatch(/^error: programs: missing: perl \(apt-get install perl-base\)$/m);
});

test("check-config reads the files that a kubeconfig names, and tells other users that it needs root", async () => {
  const file = {
    clusters: [{ name: "c", cluster: { server: "https://192.0.2.1" } }],
    users: [{ name: "u", user: { "client-certificate": "/nowhere.crt", "client-key": "/nowhere.key" } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  };
  await host.machine.write("/etc/unitlet/kubeconfig", JSON.stringify(file), 0o600);
  const { code, stderr } = await host.machine.exec("unitlet check-config", { allowFailure: true });
  expect([code, stderr]).toEqual([78, expect.stringContaining("Cannot read /nowhere.crt")]);
  const nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups unitlet check-config";
  expect((await host.machine.exec(nobody, { allowFailure: true })).stderr).toContain(
    "/etc/unitlet/kubeconfig: only root may read it",
  );
});

function budget(minAvailable: number): object {
  const spec = { minAvailable, selector: { matchLabels: { app: "kept" } } };
  return { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name: "budget" }, spec };
}

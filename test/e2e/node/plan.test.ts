import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { Machine } from "../../support/machine.ts";
import { install, Node } from "../../support/node.ts";
import { pod, SLEEP } from "../support/manifests.ts";
import { hostState, stopTriggers } from "../support/unchanged.ts";

const NOTHING = { code: 0, stdout: "Nothing to do.\n" };

interface Planned {
  readonly list: { readonly complete: boolean; readonly because?: string };
  readonly steps: readonly (Readonly<Record<string, string>> & { readonly step: string })[];
}

const plan = (machine: Machine, ...flags: string[]) =>
  machine.exec(["unitlet", "plan", ...flags], { allowFailure: true });

async function planned(machine: Machine): Promise<Planned> {
  return JSON.parse((await plan(machine, "--json")).stdout);
}

/** Runs until a plan has nothing left to do. */
async function settle(machine: Machine): Promise<void> {
  const poll = async () => {
    await machine.exec("systemctl start unitlet-sync", { allowFailure: true });
    const { code, stdout } = await plan(machine);
    return [code === 0, stdout] as const;
  };
  await machine.until(poll, { what: "a plan with nothing to do" });
}

describe("a standalone host", () => {
  const MANIFEST = "/etc/unitlet/manifests/web.json";
  const UNIT = "unitlet.default.web.main.service";
  let machine: Machine;

  beforeAll(async () => {
    machine = await Machine.boot("plan", { net: "private" });
    await install(machine);
    await stopTriggers(machine);
    const securityContext = { seLinuxOptions: { level: "s0:c1" } };
    const spec = {
      terminationGracePeriodSeconds: 1,
      securityContext,
      containers: [{ name: "main", image: "host", ...SLEEP }],
    };
    const manifest = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec };
    await machine.write(MANIFEST, JSON.stringify(manifest));
  });

  afterAll(() => machine[Symbol.asyncDispose]());

  test("shows a new pod, step by step, and changes nothing", async () => {
    const before = await hostState(machine);
    const { code, stdout } = await plan(machine);
    expect(await hostState(machine)).toEqual(before);
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /^default\/web:\n( {2}\S.*\n)+host:\n {2}write-journal-settings namespace=default because=".*"\n$/,
    );
    expect(stdout).toContain(`  write-unit unit=${UNIT} because="it is new"\n`);
    expect(stdout).toContain(`  start unit=${UNIT} because="the pod should run"\n`);
    expect(stdout).toContain(
      '  note field=spec.securityContext.seLinuxOptions because="has no effect, because SELinux is off on this host"\n',
    );
  });

  test("names steps as the journal of the run does that follows", async () => {
    const { stdout } = await plan(machine);
    const lines = stdout.split("\n").map((line) => line.trim());
    await machine.exec("systemctl start unitlet-sync");
    const log = await machine.exec("journalctl --sync; journalctl -q -o cat -u unitlet-sync");
    const done = log.stdout.split("\n").filter((line) => /^(write-unit|start) /.test(line));
    expect(done).toContain(`start unit=${UNIT} because="the pod should run"`);
    expect(lines).toEqual(expect.arrayContaining(done));
  });

  test("has nothing to do once the host is as the manifests have it", async () => {
    await settle(machine);
    const before = await hostState(machine);
    expect(await plan(machine)).toMatchObject(NOTHING);
    expect(await planned(machine)).toEqual({ list: { complete: true }, steps: [] });
    expect(await hostState(machine)).toEqual(before);
  });

  test("shows what would be put back", async () => {
    await machine.exec(`echo '# edited' >>/etc/systemd/system/${UNIT}`);
    const before = await hostState(machine);
    const { steps } = await planned(machine);
    expect(await hostState(machine)).toEqual(before);
    expect(steps.map(({ step }) => step)).toEqual(["write-unit", "reload", "restart", "note"]);
    expect(steps[0]).toMatchObject({ pod: "default/web", unit: UNIT });
    await settle(machine);
  });

  test("fails when there is no list, and ends nothing", async () => {
    await machine.exec("mv /etc/unitlet/manifests /root/manifests");
    const before = await hostState(machine);
    expect(await plan(machine)).toMatchObject({ code: 1, stdout: "Nothing to do.\n" });
    expect((await planned(machine)).list).toMatchObject({ complete: false });
    expect(await hostState(machine)).toEqual(before);
    await machine.exec("mv /root/manifests /etc/unitlet/manifests");
  });

  test("fails when the configuration cannot be used", async () => {
    await machine.write("/etc/unitlet/unitlet.conf.d/99-bad.conf", "noSuchKey = 1\n");
    const before = await hostState(machine);
    const { code, stderr } = await plan(machine);
    expect([code, stderr]).toEqual([1, expect.stringContaining("noSuchKey")]);
    expect(await hostState(machine)).toEqual(before);
  });
});

describe("a node", () => {
  let proxy: FaultProxy;
  let node: Node;

  beforeAll(async () => {
    const cluster = await Cluster.up();
    proxy = await FaultProxy.start(cluster);
    node = await Node.join(cluster, "node-83", { proxy, timerInterval: "1h" });
    await stopTriggers(node.machine);
    await node.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "map" }, data: { GREETING: "hello" } });
  });

  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  /** Everything of this node in the API, with resourceVersions. */
  const objects = async () => [
    await node.kubectl("get", "all,events,configmaps,secrets,serviceaccounts", "-o", "yaml"),
    await node.kubectl("get", "node", node.name, "-o", "yaml"),
    await node.kubectl("get", "lease", node.name, "-n", "kube-node-lease", "-o", "yaml"),
  ];

  async function harmlessPlan(): Promise<{ code: number; stdout: string; stderr: string }> {
    const before = [await hostState(node.machine), await objects()];
    proxy.requests.length = 0;
    const result = await plan(node.machine);
    const methods = new Set(proxy.requests.map(({ method }) => method));
    expect([...methods].filter((method) => method !== "GET")).toEqual([]);
    expect([await hostState(node.machine), await objects()]).toEqual(before);
    return result;
  }

  test("reads what pods refer to, and says which tokens a run would request", async () => {
    const envFrom = [{ configMapRef: { name: "map" } }];
    await node.apply(
      pod(node, "plain", { ...SLEEP, envFrom }),
      pod(node, "account", SLEEP, { automountServiceAccountToken: true }),
    );
    const { code, stdout } = await harmlessPlan();
    expect(code).toBe(2);
    expect(stdout).toContain(`  start unit=${node.unit("plain")} because="the pod should run"\n`);
    const account = stdout.slice(stdout.indexOf(`${node.namespace}/account:`));
    expect(account).toMatch(/^.*:\n {2}request-token serviceaccount=default because=/);
    expect(stdout).not.toContain(`start unit=${node.unit("account")}`);
  });

  test("has nothing to do once all pods run", async () => {
    await settle(node.machine);
    await node.until("account", (found) => found?.status?.containerStatuses?.[0]?.ready);
    await settle(node.machine);
    expect(await harmlessPlan()).toMatchObject(NOTHING);
  });

  test("shows how a deleted pod would end", async () => {
    await node.kubectl("delete", "pod", "plain", "--wait=false");
    const { code, stdout } = await harmlessPlan();
    expect(code).toBe(2);
    expect(stdout).toContain("stop unit=unitlet-");
    expect(stdout).toContain('because="the pod is deleted"');
    expect(await node.show("plain", "ActiveState")).toBe("active");
  });

  test("fails without the API server, and would end nothing", async () => {
    proxy.on(() => ({ reset: true }));
    const { code, stdout, stderr } = await plan(node.machine);
    proxy.clear();
    expect([code, stdout]).toEqual([1, "Nothing to do.\n"]);
    expect(stderr).toMatch(/^The list of pods is incomplete/);
  });
});

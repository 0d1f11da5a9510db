import type { V1Node } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import type { Machine } from "../../support/machine.ts";
import { Node } from "../../support/node.ts";
import { putClone } from "../../support/put-files.ts";
import { pod, SLEEP } from "../support/manifests.ts";

const OLD = /^unitlet 0\.1\.0$/m;
const LABEL = String.raw`0\.\d\.0 \([0-9a-f]{12}\)`;
/** A copy of Node for each version would be most of the time of this file. */
const SHARED_NODE = `printf '#!/bin/sh\\nexec /opt/node "$@"\\n' >node.new && chmod 755 node.new && mv node.new node`;

let node: Node;
let machine: Machine;
/** Process and start of the container and of the port, which no upgrade may change. */
let before: string;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "upgrade");
  machine = node.machine;
  await putClone(machine, "/root/clone");
  await machine.exec(
    `mv /root/clone/dist/node /opt; for place in /root/clone/dist /usr/local/lib/unitlet; do cd $place && ${SHARED_NODE}; done`,
  );
  // The next version has another number and another timer.
  await machine.exec(
    `cp -a /root/clone /root/next && cd /root/next && sed -i 's/"0\\.1\\.0"/"0.2.0"/' dist/*.cjs && sed -i s/=5s/=3s/ units/systemd/unitlet-sync.timer`,
  );
  await node.run(pod(node, "web", SLEEP));
  await node.container("web", ({ ready }) => ready);
  before = await invocations();
});

afterAll(() => node[Symbol.asyncDispose]());

async function invocations(): Promise<string> {
  const units = `${node.unit("web")} unitlet-api.socket`;
  return (await machine.exec(`systemctl show -P MainPID -P InvocationID ${units}; pidof -s sleep`)).stdout;
}

const upgrade = (...words: readonly string[]) =>
  machine.exec(["unitlet", "upgrade", ...words], { allowFailure: true, timeout: 300_000 });

const version = async (as = "") => (await machine.exec(`${as} unitlet version`)).stdout;

/** A copy of the next version with one file changed. */
async function spoiled(file: string, text: string): Promise<string> {
  await machine.exec(`rm -rf /root/spoiled && cp -al /root/next /root/spoiled && rm /root/spoiled/dist/${file}`);
  await machine.write(`/root/spoiled/dist/${file}`, text);
  return "/root/spoiled";
}

/** The earlier version runs the pods, the container is the same, and nothing of the other version is left. */
async function isBack(): Promise<void> {
  const whole = async () => {
    const units = "unitlet-sync.timer unitlet-sync.path unitlet-images.path";
    const { stdout } = await machine.exec(
      `systemctl show -P TimersMonotonic unitlet-sync.timer | grep -c =5s; systemctl is-active ${units}; cd /usr/local/lib; ls -d unitlet.versions/new unitlet.versions/pending unitlet/.trial /run/unitlet/upgrade-trial`,
      { allowFailure: true },
    );
    return [stdout === "1\nactive\nactive\nactive\n" && OLD.test(await version()), stdout] as const;
  };
  await machine.until(async () => [...(await whole())], { what: "the earlier version" });
  await machine.exec("systemctl start unitlet-sync");
  expect((await machine.exec("systemctl show -P ExecMainStatus unitlet-sync")).stdout).toBe("0\n");
  expect(await invocations()).toBe(before);
}

test("--check shows what would change, and changes nothing", async () => {
  const { code, stdout, stderr } = await upgrade("--check", "--from", "/root/next");
  expect([code, stderr]).toEqual([2, ""]);
  expect(stdout).toContain("The configuration is good: node upgrade, joined to");
  expect(stdout).toMatch(new RegExp(`^Would upgrade from ${LABEL} to ${LABEL}:\n(  ~ .*\n)+$`, "m"));
  expect(stdout).toMatch(/^ {2}~ lib\/sync\.cjs\n(.*\n)*^ {2}~ units\/unitlet-sync\.timer$/m);
  expect(await version()).toBe("unitlet 0.1.0\n");
});

test("a release replaces programs and units, restarts no pod, and is in the journal with both versions", async () => {
  await machine.exec("cd /root && tar -czf next.tar.gz next && sha256sum next.tar.gz >SHA256SUMS");
  const { code, stdout, stderr } = await upgrade("--from", "/root/next.tar.gz");
  expect([code, stderr]).toEqual([0, ""]);
  const said = new RegExp(`^upgraded from ${LABEL} to 0\\.2\\.0 \\([0-9a-f]{12}\\)$`, "m");
  expect(stdout).toMatch(said);
  expect((await machine.exec("journalctl --sync; journalctl -o cat -u unitlet-upgrade")).stdout).toMatch(said);
  expect(await version()).toMatch(
    /^unitlet 0\.2\.0\nbefore: 0\.1\.0 \(\w{12}\); to go back: unitlet upgrade --rollback\n$/,
  );
  expect(await version("setpriv --reuid=1 --regid=1 --clear-groups")).toBe("unitlet 0.2.0\n");
  const { stdout: state } = await machine.exec(
    "systemctl show -P TimersMonotonic unitlet-sync.timer; systemctl is-active unitlet-sync.timer unitlet-sync.path unitlet-images.path",
  );
  expect(state).toMatch(/OnUnitInactiveUSec=3s(.*\n)*active\nactive\nactive\n$/);
  const plan = async () => (await machine.exec("unitlet plan", { allowFailure: true })).stdout;
  await machine.until(async () => (await plan()) === "Nothing to do.\n", { what: "nothing to do" });
  expect(await invocations()).toBe(before);
  const { status } = (await node.cluster.get("node", "upgrade")) as V1Node;
  expect(status?.nodeInfo?.kubeletVersion).toMatch(/-unitlet\.0\.2\.0$/);
  expect((await upgrade("--from", "/root/next")).stdout).toMatch(
    /unitlet 0\.2\.0 \(\w{12}\) is installed already\.\n$/,
  );
});

test("--rollback puts the version before back", async () => {
  const { code, stdout } = await upgrade("--rollback");
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^upgraded from 0\.2\.0 .* to 0\.1\.0 /m)]);
  expect(await version()).toMatch(/^unitlet 0\.1\.0\nbefore: 0\.2\.0 /);
  await isBack();
});

test("a version that refuses the configuration of this host is not installed", async () => {
  const from = await spoiled("schema.cjs", 'throw new Error("no schema");\n');
  const { code, stderr } = await upgrade("--from", from);
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(
      /^unitlet check-config of the new version has failed .*Nothing was changed:\n(.*\n)*.*no schema/,
    ),
  ]);
  await isBack();
});

test("a version that would restart a container is not installed", async () => {
  const edit =
    "s/restartPolicy:\\([a-zA-Z_$]*\\),terminationGracePeriodSeconds:/restarts:\\1,terminationGracePeriodSeconds:/g";
  await machine.exec(
    `rm -rf /root/spoiled && cp -al /root/next /root/spoiled && sed -i '${edit}' /root/spoiled/dist/reconcile.cjs`,
  );
  const { code, stderr } = await upgrade("--from", "/root/spoiled");
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(
      new RegExp(
        `^the first run of the new version would end what runs. Nothing was changed:\n  \\S+ ${node.unit("web")} \\(.+\\)\n`,
      ),
    ),
  ]);
  await isBack();
});

test("a version whose runs fail is taken back, and says why", async () => {
  const from = await spoiled("sync.cjs", 'throw new Error("no run");\n');
  const { code, stderr } = await upgrade("--from", from);
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(
      /^unitlet upgrade: 0\.2\.0 .* was tried, and 0\.1\.0 .* is back: its first run has failed with exit status 1: journalctl -u unitlet-sync shows why\nThe journal of the upgrade: journalctl -u unitlet-upgrade\n$/,
    ),
  ]);
  await isBack();
});

test("an upgrade that is killed is undone at once", async () => {
  const from = await spoiled("sync.cjs", "setInterval(() => {}, 1000);\n");
  const ended = upgrade("--from", from);
  await onTrial();
  await machine.exec("systemctl kill --signal=KILL unitlet-upgrade.service");
  expect(await ended).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/ is back: the upgrade was interrupted\n/),
  });
  await isBack();
});

test("after a power failure the first tick of the timer undoes an upgrade, and no run begins before", async () => {
  const from = await spoiled("sync.cjs", "setInterval(() => {}, 1000);\n");
  // Nothing is left to clean up, as when the power fails.
  const dropIn = "/run/systemd/system/unitlet-upgrade.service.d";
  await machine.write(`${dropIn}/power.conf`, "[Service]\nExecStopPost=\n");
  const ended = upgrade("--from", from);
  await onTrial();
  await machine.exec(
    "systemctl kill --signal=KILL unitlet-upgrade.service; systemctl kill -s KILL unitlet-sync.service",
  );
  expect((await ended).code).toBe(1);
  await machine.exec(`rm -r ${dropIn} /run/unitlet/upgrade-trial; systemctl daemon-reload`);
  expect(await version()).toMatch(/^unitlet 0\.2\.0/);
  await machine.exec("systemctl start unitlet-sync.timer unitlet-sync.path unitlet-images.path");
  await isBack();
  expect((await machine.exec("journalctl --sync; journalctl -o cat -u unitlet-upgrade | tail -n 30")).stdout).toMatch(
    /0\.2\.0 .* was tried, and 0\.1\.0 .* is back: the upgrade was interrupted/,
  );
});

test("what an upgrade keeps goes with the installation", async () => {
  await machine.exec("/root/clone/install.sh --uninstall --yes", { timeout: 120_000 });
  expect((await machine.exec("ls /usr/local/lib | grep unitlet", { allowFailure: true })).stdout).toBe("");
});

/** Waits until the new version does its first run. */
async function onTrial(): Promise<void> {
  const state = async () => {
    const { stdout } = await machine.exec(
      "ls /run/unitlet/upgrade-trial; systemctl show -P MainPID unitlet-sync.service",
      { allowFailure: true },
    );
    return [/upgrade-trial\n[1-9]/.test(stdout), stdout];
  };
  await machine.until(state, { what: "the run of the new version", timeout: 60_000 });
}

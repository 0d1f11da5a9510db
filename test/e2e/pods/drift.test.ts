import type { CoreV1Event } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP } from "../support/manifests.ts";

const UNITS = "/etc/systemd/system";

let node: Node;
let bystander: string;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "drift", { timerInterval: "1s" });
  const names = ["bystander", ...cases.map((_, at) => `web-${at}`)];
  // A pod for each case: a second restart of the same one would have to wait.
  await node.run(...names.map((name) => pod(node, name, SLEEP)));
  await node.kubectl("wait", "pods", "--all", "--for=condition=Ready", "--timeout=200s");
  bystander = await node.invocation("bystander");
});

afterAll(() => node[Symbol.asyncDispose]());

interface Case {
  readonly was: string;
  /** A shell script in the directory of units, with the name of one as $unit. */
  readonly script: string;
  /** What the Event says; without it the status tells enough. */
  readonly told?: RegExp;
  readonly restarts: boolean;
}

const DROP_IN = "mkdir $unit.d; printf '[Service]\\nNice=5\\n' >$unit.d/nice.conf";
const edited = /was edited on the host; put back/;
const extended = /was overridden on the host \(.*\.conf\); removed these files/;
const deleted = /was deleted or masked on the host; written again/;

const cases: readonly Case[] = [
  {
    was: "stopped",
    script: "systemctl stop $unit",
    told: /was stopped on the host; starting it again/,
    restarts: true,
  },
  { was: "killed", script: "systemctl kill --signal=KILL $unit", restarts: true },
  { was: "masked", script: "ln -sf /dev/null $unit", told: deleted, restarts: false },
  {
    was: "masked and reloaded",
    script: "ln -sf /dev/null $unit; systemctl daemon-reload",
    told: deleted,
    restarts: false,
  },
  { was: "edited", script: "echo Nice=5 >>$unit", told: edited, restarts: true },
  { was: "edited and reloaded", script: "echo Nice=5 >>$unit; systemctl daemon-reload", told: edited, restarts: true },
  { was: "extended", script: DROP_IN, told: extended, restarts: true },
  { was: "extended and reloaded", script: `${DROP_IN}; systemctl daemon-reload`, told: extended, restarts: true },
  {
    was: "extended by set-property",
    script: "systemctl set-property $unit CPUWeight=77",
    told: extended,
    restarts: true,
  },
  { was: "deleted", script: "rm $unit", told: deleted, restarts: false },
  { was: "deleted and reloaded", script: "rm $unit; systemctl daemon-reload", told: deleted, restarts: false },
  { was: "disabled", script: "rm multi-user.target.wants/$unit", restarts: false },
  {
    was: "put back by a run that was killed before it reloaded",
    script: `cp $unit /root; echo Nice=5 >>$unit; systemctl daemon-reload
      cp /root/$unit .; echo $unit >/run/unitlet/unfinished`,
    restarts: true,
  },
  {
    was: "stopped and deleted",
    script: "systemctl stop $unit; rm $unit; systemctl daemon-reload",
    told: deleted,
    restarts: true,
  },
];

async function warnings(name: string): Promise<string[]> {
  const selector = `--field-selector=involvedObject.name=${name},type=Warning`;
  const { items } = JSON.parse(await node.kubectl("get", "events", selector, "-o", "json")) as { items: CoreV1Event[] };
  return items.map(({ message }) => message ?? "");
}

/** All that there is of a unit on disk. */
async function files(unit: string): Promise<string> {
  const { stdout } = await node.exec(`cd ${UNITS}; find . /run/systemd/system* -name '${unit}*' | sort; cat ${unit}`);
  return stdout;
}

test.each(cases.map((each, at) => ({ ...each, name: `web-${at}` })))(
  "a unit that was $was is put right",
  async ({ name, script, told: warning, restarts }) => {
    const unit = node.unit(name);
    const before = { files: await files(unit), invocation: await node.invocation(name) };
    // No run comes in between: it would see the half of it.
    const bells = "unitlet-sync.timer unitlet-sync.path";
    await node.exec(`systemctl stop ${bells}`);
    await node.sync();
    await node.exec(`cd ${UNITS}; unit=${unit}; ${script}; systemctl start ${bells}`);
    await node.sync();
    const isBack = (id: string | undefined) => (id === `systemd://${before.invocation}`) !== restarts;
    await node.container(name, ({ ready, containerID }) => ready && isBack(containerID));
    await node.machine.until(async () => (await files(unit)) === before.files, {
      what: `${unit} as it was`,
    });
    const properties = ["ActiveState", "NeedDaemonReload", "Nice", "DropInPaths"];
    // The manager of the machine may have another niceness than 0.
    const unchanged = await Promise.all(properties.map((property) => node.show("bystander", property)));
    const poll = async () => {
      const seen = await Promise.all(properties.map((property) => node.show(name, property)));
      return [seen.join() === unchanged.join(), seen];
    };
    await node.machine.until(poll, { what: `${unit} to be loaded as it was` });
    if (warning) await node.machine.until(async () => (await warnings(name)).length > 0, { what: "an Event" });
    expect(await warnings(name)).toEqual(warning ? [expect.stringMatching(warning)] : []);
    expect(await node.invocation("bystander")).toBe(bystander);
  },
);

test("a unit that unitlet did not write is left alone, whatever its name", async () => {
  const text = "[Service]\nExecStart=sleep infinity\n";
  const other = "unitlet.some.body.else.service";
  await node.machine.write(`${UNITS}/${other}`, text);
  await node.exec(`systemctl daemon-reload; systemctl start ${other}`);
  await node.syncWithoutCache();
  expect(await node.machine.read(`${UNITS}/${other}`)).toBe(text);
  expect((await node.exec(["systemctl", "is-active", other])).stdout).toBe("active\n");
});

test("a pod whose unit name is taken waits, says why, and runs when the other unit is gone", async () => {
  const unit = node.unit("clash");
  const text = "[Service]\nExecStart=sleep infinity\n";
  await node.machine.write(`${UNITS}/${unit}`, text);
  await node.run(pod(node, "clash", SLEEP));
  await node.machine.until(async () => (await warnings("clash")).length > 0, { what: "an Event" });
  expect(await warnings("clash")).toEqual([
    expect.stringMatching(new RegExp(`${unit} exists and is not unitlet's .*: remove or rename it`)),
  ]);
  expect(await node.machine.read(`${UNITS}/${unit}`)).toBe(text);
  await node.exec(["rm", `${UNITS}/${unit}`]);
  await node.sync();
  await node.container("clash", ({ ready }) => ready);
});

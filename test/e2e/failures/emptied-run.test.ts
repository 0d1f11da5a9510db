import { afterAll, beforeAll, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { FullPods } from "../support/full-pods.ts";

let node: Node;
let pods: FullPods;
let before: readonly string[];

beforeAll(async () => {
  pods = await FullPods.start("emptied-run");
  ({ node } = pods);
  before = await pods.invocations();
});

afterAll(() => node[Symbol.asyncDispose]());

async function names(pattern: string): Promise<readonly string[]> {
  const { stdout } = await node.exec(
    `cd /run/unitlet; for path in ${pattern}; do echo "\${path#pods/*/}"; done | sort -u`,
  );
  return stdout.split("\n").filter((name) => name !== "");
}

/** Removes it, as an administrator would who has read that it may be removed. Mounts are busy, and stay. */
async function lose(path: string): Promise<void> {
  await node.exec(`rm -rf /run/unitlet/${path} 2>/dev/null || true`);
  await node.syncWithoutCache({ allowFailure: true });
}

/** Its init container has run once. */
async function saysOnce(name: string): Promise<void> {
  const said = () => pods.exec(name, "cat /run/scratch/inits");
  await node.machine.until(async () => [(await said()) === "once\n", await said()], { what: `one start of ${name}` });
}

async function expectNoRestart(): Promise<void> {
  expect(await pods.invocations()).toEqual(before);
  for (const name of pods.names) {
    await saysOnce(name);
    expect(await node.container(name, ({ ready }) => ready)).toMatchObject({ restartCount: 0 });
  }
}

test("each file and directory of a pod is made again, and no container restarts", async () => {
  for (const name of await names("pods/*/* pods/*/volumes/*")) {
    await lose(`pods/*/${name}`);
    await pods.waitUntilWhole(name);
  }
  await pods.waitForClients();
  await pods.waitForProbes();
  await expectNoRestart();
}, 1_200_000);

test("each other file and directory is made again, and no container restarts", async () => {
  for (const name of await names("*")) {
    await lose(name);
    await pods.waitUntilWhole(name);
    if (name === "api-helper") await pods.waitForClients();
  }
  await pods.waitForClients();
  await pods.waitForProbes();
  await expectNoRestart();
}, 1_200_000);

test("all of it is made again, no container restarts, and the next exit is told", async () => {
  await lose("*");
  await pods.waitUntilWhole("all");
  await pods.waitForClients();
  await pods.waitForProbes();
  await expectNoRestart();
  for (const name of pods.names) {
    await node.exec(["systemctl", "kill", "--signal=KILL", "--kill-whom=main", node.unit(name)]);
    const { lastState } = await node.container(name, ({ ready, restartCount }) => ready && restartCount === 1);
    expect(lastState?.terminated).toMatchObject({ exitCode: 137 });
    await saysOnce(name);
  }
  await pods.waitUntilWhole("all, and a restart");
}, 600_000);

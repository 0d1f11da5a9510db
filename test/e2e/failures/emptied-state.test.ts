import { afterAll, beforeAll, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { waitForEvents } from "../support/events.ts";
import { FullPods } from "../support/full-pods.ts";

const STATE = "/var/lib/unitlet";

let node: Node;
let pods: FullPods;

beforeAll(async () => {
  pods = await FullPods.start("emptied-state");
  ({ node } = pods);
});

afterAll(() => node[Symbol.asyncDispose]());

async function names(pattern: string): Promise<readonly string[]> {
  const { stdout } = await node.exec(`cd ${STATE}; for path in ${pattern}; do echo "\${path#pods/*/}"; done | sort -u`);
  return stdout.split("\n").filter((name) => name !== "");
}

async function lose(path: string): Promise<void> {
  // A run may write there meanwhile, which makes rm fail.
  await node.exec(`until rm -rf ${STATE}/${path}; do sleep 0.1; done`);
  await node.syncWithoutCache({ allowFailure: true });
}

/** What only a pull, a restart or the cluster brings back: other tests are about that. */
const ELSEWHERE = ["images", "pki", "pods", "roots"];
/** What a run need not make again: it is made when there is something to record. */
const RECORDS = /[.](exits|message|exit-message)$|^status$/;

test("each file and directory on the disk is made again, and no container restarts", async () => {
  const before = await pods.invocations();
  const own = [...(await names("pods/*/*")).map((name) => `pods/*/${name}`), ...(await names("*"))];
  for (const path of own.filter((each) => !ELSEWHERE.includes(each.replace(/.*[/]/, "")))) {
    await lose(path);
    await pods.waitUntilWhole(path);
    if (!RECORDS.test(path))
      await node.machine.until(() => node.exec(`ls -d ${STATE}/${path}`), { what: `${path} to be there again` });
  }
  for (const name of pods.names) await pods.exec(name, "touch /run/scratch/ready");
  await pods.waitForProbes();
  expect(await pods.invocations()).toEqual(before);
}, 1_200_000);

test.each([
  ["the root file system of a container", "pods/*/roots"],
  ["all images", "images"],
])(
  "a container on an image that has lost %s restarts, and its pod tells why",
  async (_, path) => {
    const [host, image] = await pods.invocations();
    await node.kubectl("delete", "events", "--all");
    await lose(path);
    await node.container("image", ({ containerID, ready }) => ready && containerID !== `systemd://${image}`);
    await pods.waitUntilWhole(path);
    await pods.waitForClients();
    const told = "Drift: The root file system of container main was removed on the host; restarting it";
    await waitForEvents(node, "image", [told]);
    expect((await pods.invocations())[0]).toBe(host);
  },
  300_000,
);

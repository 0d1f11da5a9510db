import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "system-oom", { timerInterval: "1s" });
});

afterAll(() => node[Symbol.asyncDispose]());

const hasOwnKernel = process.env.UNITLET_TEST_MACHINE?.startsWith("v2");

async function messages(): Promise<string> {
  const selector = `--field-selector=involvedObject.name=${node.name},reason=SystemOOM`;
  const format = 'jsonpath={range .items[*]}{.message}{"\\n"}{end}';
  return node.kubectl("get", "events", "--namespace=default", selector, "-o", format);
}

const known = () => node.exec("cat /run/unitlet/system-kills.json || :");

const noKernel = async () => expect((await known()).stdout).toBe("");

const kill = async () => {
  await node.machine.until(async () => (await known()).stdout !== "", { what: "a first run that knows the log" });
  await node.exec(
    "systemd-run --service-type=exec --property=OOMScoreAdjust=1000 sleep 1000; echo f >/proc/sysrq-trigger",
  );
  await node.machine.until(() => messages(), { what: "the Event" });
  expect(await messages()).toMatch(/^System OOM encountered, victim process: sleep, pid: \d+\n$/);
  const runs = async () => (await node.exec("systemctl show --value --property=InvocationID unitlet-sync")).stdout;
  const before = await runs();
  await node.machine.until(async () => (await runs()) !== before, { what: "another run" });
  expect(await messages()).toMatch(/^System OOM encountered, victim process: sleep, pid: \d+\n$/);
};

// The log of the kernel is another host's where this machine is a container.
if (hasOwnKernel) test("a kill for want of memory of the host is an Event of the Node, once", kill);
else test("a machine without a kernel of its own knows of no kills", noKernel);

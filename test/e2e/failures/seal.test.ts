import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP } from "../support/manifests.ts";

const KEY = "/var/lib/unitlet/seal.cred";
const PROGRAM = "/usr/bin/systemd-creds";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "seal", { timerInterval: "1h" });
  await node.machine.exec(`cp ${PROGRAM} /root/systemd-creds`);
  await start("first");
});

afterAll(() => node[Symbol.asyncDispose]());

async function start(name: string): Promise<string> {
  await node.run(pod(node, name, { ...SLEEP, env: [{ name: "A", value: name }] }));
  return (await node.container(name, ({ ready }) => ready)).containerID ?? "";
}

const uid = async (name: string) => (await node.get(name))?.metadata?.uid ?? "";
const sealed = async (name: string) =>
  (await node.machine.exec(`ls /var/lib/unitlet/pods/${await uid(name)}/sealed`, { allowFailure: true })).stdout;

/** From now on, as after a boot: the open key is gone, and the host cannot open it, or says no. */
async function breakOpening(how: string): Promise<void> {
  const script = `#!/bin/sh\nif [ "$1" = decrypt ]; then ${how}; fi\nexec /root/systemd-creds "$@"\n`;
  await node.machine.write("/root/broken", script, 0o755);
  await node.machine.exec(`rm -f /run/unitlet/seal.key; mount --bind /root/broken ${PROGRAM}`);
}

/** Lazily: a run may be asking for the key. */
const mend = () => node.machine.exec(`umount --lazy ${PROGRAM}`);

/** After a run or two, since a busy host may be too slow for the first one. */
const isSealed = (name: string) =>
  node.machine.until(() => node.syncWithoutCache().then(async () => (await sealed(name)).includes("main.env")), {
    what: `what ${name} was given, sealed`,
  });

test("a host that is slow to open its key keeps it; what was to be sealed is sealed when it can be", async () => {
  const before = await node.machine.read(KEY);
  await breakOpening("sleep 60");
  await start("second");
  expect(await node.journal()).toContain("cannot store the values that pods need to start without the API server");
  expect(await sealed("second")).toBe("");
  await mend();
  await isSealed("second");
  expect(await node.journal()).toContain("the values that pods need to start without the API server are stored again");
  expect(await node.machine.read(KEY)).toBe(before);
  expect((await node.exec("ls -A /run/unitlet/unsealed")).stdout).toBe("");
});

test("a key that the host refuses is put aside, and opens what it has sealed once the host does", async () => {
  const before = await node.machine.read(KEY);
  await breakOpening("exit 1");
  await start("third");
  await isSealed("third");
  expect(await node.machine.read(KEY)).not.toBe(before);
  expect(await node.machine.read(`${KEY}.old`)).toBe(before);
  await mend();
  await node.machine.exec(`ip route add unreachable ${node.machine.hostAddress}`);
  const units = ["second", "third"].map((name) => node.unit(name));
  for (const name of ["second", "third"]) await node.machine.exec(`rm -r /run/unitlet/pods/${await uid(name)}`);
  await node.machine.exec(["systemctl", "kill", "--signal=KILL", ...units]);
  await node.machine.exec(["systemctl", "stop", ...units]);
  const active = async () =>
    (await node.machine.exec(["systemctl", "is-active", ...units], { allowFailure: true })).stdout;
  await node.machine.until(() => node.syncWithoutCache().then(async () => (await active()) === "active\nactive\n"), {
    what: "both pods",
  });
});

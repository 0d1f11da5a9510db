import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { run } from "../../support/run.ts";
import { installServingCertificate } from "../support/kubelet-client.ts";
import { pod, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "long-logs", { settings: { kubeletIdleTimeout: "1s" } });
  await installServingCertificate(node);
});

afterAll(() => node[Symbol.asyncDispose]());

const logs = (...args: string[]) => node.kubectl("logs", ...args);

async function finished(name: string, script: string): Promise<void> {
  await node.run(pod(node, name, shell(script), { restartPolicy: "Never" }));
  await node.until(name, (seen) => seen?.status?.phase === "Succeeded", { every: 50 });
}

/** True when the log is what the script writes. */
async function isWhatIsWritten(name: string, script: string): Promise<boolean> {
  const kubectl = `test/control-plane/control-plane.sh kubectl -n ${node.namespace} logs ${name}`;
  const [seen, expected] = await Promise.all(
    [kubectl, script].map((command) => run(["sh", "-c", `{ ${command}; } | sha256sum`])),
  );
  return seen?.stdout === expected?.stdout;
}

test("long lines are whole, and bytes are what they were", async () => {
  const script = 'perl -e \'print "x" x 200_000, "\\n", "\\xff\\xfe\\0\\x01", "\\n", "last"\'';
  await finished("bytes", script);
  expect(await isWhatIsWritten("bytes", script)).toBe(true);
  expect(await logs("bytes", "--tail=3", "--timestamps")).toMatch(/^\S+Z x{200000}\n\S+Z [^\n]*\n\S+Z last$/);
});

test("some MB of lines are what was written, with a long line and a NUL among them", async () => {
  const lines = 'sub lines { printf "%s %d %s\\n", "\\xff", $_, "x" x 90 for 1 .. $_[0] }';
  const script = `perl -e '${lines} lines(20_000); print "y" x 100_000, "\\na\\0b\\n"; lines(30_000)'`;
  // Entries of the last two seconds are read in another way.
  await node.run(pod(node, "many", shell(`${script}; sleep 3; echo end; exec sleep infinity`)));
  await node.container("many", ({ ready }) => ready);
  await node.machine.until(async () => (await logs("many", "--tail=1")) === "end\n", { what: "the whole log" });
  expect(await isWhatIsWritten("many", `${script}; echo end`)).toBe(true);
});

test("some MB of lines are read without journalctl's help", async () => {
  const script = "seq -f '%099.0f' 1 50000";
  await node.run(pod(node, "plain", shell(`${script}; sleep 3; echo end; exec sleep infinity`)));
  await node.container("plain", ({ ready }) => ready);
  await node.machine.until(async () => (await logs("plain", "--tail=1")) === "end\n", { what: "the whole log" });
  // The copy by `journalctl --output=cat` runs this program.
  await node.exec("mount --bind /bin/false /usr/bin/stdbuf");
  const isSame = await isWhatIsWritten("plain", `${script}; echo end`);
  await node.exec("umount /usr/bin/stdbuf");
  expect(isSame).toBe(true);
});

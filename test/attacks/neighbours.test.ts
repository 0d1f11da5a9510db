import type { V1PodSpec } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ImageNode } from "../e2e/support/image-node.ts";
import { type Container, pod, shell } from "../e2e/support/manifests.ts";
import type { Node } from "../support/node.ts";

const BUSYBOX = "127.0.0.1:5000/busybox:1";
const LIMIT = { resources: { limits: { "ephemeral-storage": "4Mi" } } };

let node: Node;
let tenant: string;

beforeAll(async () => {
  const images = await ImageNode.start("neighbours", { servingCertificate: true, timerInterval: "1s" });
  ({ node } = images);
  await images.pushBusybox({ Env: ["PATH=/bin"] });
  tenant = await node.cluster.namespace("neighbours-tenant");
  // A small journal, so that a flood takes seconds.
  await node.machine.write("/etc/systemd/journald.conf.d/small.conf", "[Journal]\nSystemMaxUse=24M\n");
  await node.exec("systemctl restart systemd-journald");
  await node.run(pod(node, "victim", shell("echo precious; exec sleep infinity", LIMIT)));
  await node.container("victim", ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

/** Creates a pod of the namespace of the attacker. */
async function attack(name: string, container: Container, spec: Partial<V1PodSpec> = {}): Promise<void> {
  await node.cluster.apply([pod(node, name, container, { restartPolicy: "Never", ...spec })], tenant);
  await node.sync();
}

async function waitForPhase(name: string, phase: string): Promise<string> {
  const poll = async () => {
    const status = (await node.cluster.get("pod", name, tenant))?.status;
    return [status?.phase === phase, status] as const;
  };
  const [, status] = await node.machine.until(poll, { what: `${name} in the phase ${phase}` });
  return `${status?.reason ?? ""}: ${status?.message ?? ""}`;
}

const logs = (name: string) => node.cluster.kubectl(["-n", tenant, "logs", name]);
const isUnharmed = async () => expect((await node.get("victim"))?.status).toMatchObject({ phase: "Running" });

describe("output", () => {
  test("of a flood drives out neither the host's lines nor those of another tenant", async () => {
    await node.exec("logger -t sshd 'a trace of an attack'");
    await attack("flood", shell(`yes ${"x".repeat(999)} | head -c 60000000`));
    await waitForPhase("flood", "Succeeded");
    await node.exec("journalctl --sync");
    expect((await node.exec("journalctl -q -o cat -t sshd")).stdout).toBe("a trace of an attack\n");
    expect(await node.kubectl("logs", "victim")).toBe("precious\n");
  });

  test("of a burst arrives whole", async () => {
    await attack("burst", shell("seq 300000"));
    await waitForPhase("burst", "Succeeded");
    const lines = async () => (await logs("burst")).split("\n").length;
    // A busy journald needs more time for the lines than a request for a log waits.
    await node.machine.until(async () => [(await lines()) === 300_001, await lines()], { what: "300,000 lines" });
  });

  test("without an end of the line arrives whole", async () => {
    await attack("endless", shell("head -c 1000000 /dev/zero | tr '\\0' x"));
    await waitForPhase("endless", "Succeeded");
    const isWhole = async () => (await logs("endless")).trimEnd() === "x".repeat(1_000_000);
    await node.machine.until(isWhole, { what: "the whole line" });
  });

  test("cannot pose as that of another container, or of a program of the host", async () => {
    const unit = node.unit("victim");
    const forged = `_SYSTEMD_UNIT=${unit}\\n_TRANSPORT=stdout\\nMESSAGE=forged\\n\\n<0>forged\\n\\0forged\\n`;
    const sockets = "for socket in stdout socket dev-log; do ls -d /run/systemd/journal/$socket; done 2>/dev/null";
    await attack("forger", shell(`printf '${forged}'; logger -t sshd forged; ${sockets}; true`));
    await waitForPhase("forger", "Succeeded");
    expect(await node.kubectl("logs", "victim")).toBe("precious\n");
    await node.exec("journalctl --sync");
    expect((await node.exec("journalctl -q -o cat -t sshd; journalctl -q -o cat | grep -c forged || :")).stdout).toBe(
      "a trace of an attack\n0\n",
    );
  });

  test("goes on after a crash of journald", async () => {
    await attack("talker", shell("echo one; until test -e /tmp/go; do sleep 0.1; done; echo two; exec sleep infinity"));
    await node.machine.until(async () => (await logs("talker").catch(() => "")) === "one\n", {
      what: "its first line",
    });
    await node.exec(`systemctl kill -s KILL systemd-journald@unitlet.${tenant}.service`);
    await node.cluster.kubectl(["-n", tenant, "exec", "talker", "--", "touch", "/tmp/go"]);
    await node.machine.until(async () => (await logs("talker")) === "one\ntwo\n", { what: "its second line" });
    const status = (await node.cluster.get("pod", "talker", tenant))?.status;
    expect(status?.containerStatuses).toMatchObject([{ restartCount: 0, state: { running: {} } }]);
  });
});

describe("a pod with a limit goes that fills the disk", () => {
  const scratch = { volumeMounts: [{ name: "scratch", mountPath: "/run/scratch" }] };
  const image = { image: BUSYBOX };
  const OUTPUT = `yes ${"x".repeat(999)} | head -c 6000000`;
  const fill = (path: string) => `head -c 8000000 /dev/zero >${path}`;

  test.each<[string, string, Container]>([
    ["message", fill("/dev/termination-log"), {}],
    ["tmp", fill("/tmp/x"), {}],
    ["var-tmp", fill("/var/tmp/x"), {}],
    ["layer", fill("/x"), image],
    ["log", OUTPUT, {}],
    ["image-log", OUTPUT, image],
    ["fifo", `mkfifo /run/scratch/fifo; ln -s /dev/zero /run/scratch/link; ${fill("/run/scratch/x")}`, scratch],
    ["crumbs", `cd /run/scratch && seq 20000 | xargs touch; mkdir -p a/b; ${fill("a/b/x")}`, scratch],
  ])("by its %s", async (name, script, rest) => {
    const volumes = [{ name: "scratch", emptyDir: {} }];
    await attack(`fills-${name}`, shell(`${script}; exec sleep 1000`, { ...LIMIT, ...rest }), { volumes });
    expect(await waitForPhase(`fills-${name}`, "Failed")).toMatch(
      "Evicted: Pod ephemeral local storage usage exceeds the total limit of containers 4Mi.",
    );
    await isUnharmed();
  });
});

test("without a limit the pod with most files goes first when the node lacks inodes", async () => {
  const scratch = { volumeMounts: [{ name: "scratch", mountPath: "/run/scratch" }] };
  const script = "cd /run/scratch && seq 50000 | xargs touch; echo done; exec sleep 1000";
  await attack("inodes", shell(script, scratch), { volumes: [{ name: "scratch", emptyDir: {} }] });
  await node.machine.until(async () => (await logs("inodes").catch(() => "")) === "done\n", { what: "its files" });
  const setting = "/etc/unitlet/unitlet.conf.d/99-test.conf";
  const free = Number((await node.exec("stat -f -c %d /var/lib")).stdout);
  await node.machine.write(setting, `evictionHard = nodefs.inodesFree<${free + 1000}\n`);
  expect(await waitForPhase("inodes", "Failed")).toMatch("Evicted: The node was low on resource: inodes.");
  await node.exec(`rm ${setting}`);
  await isUnharmed();
});

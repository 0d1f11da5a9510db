import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import type { Registry } from "../../support/registry.ts";
import type { TarEntry } from "../../support/tar.ts";
import { ImageNode, SLEEP_CONFIG } from "../support/image-node.ts";
import { type Container, pod, shell } from "../support/manifests.ts";

let node: Node;
let registry: Registry;
let base: readonly TarEntry[];

beforeAll(async () => {
  ({ node, registry, base } = await ImageNode.start("image-hostile", { timerInterval: "1s" }));
  await node.machine.write("/etc/victim", "safe\n");
});

afterAll(() => node[Symbol.asyncDispose]());

const link = (path: string, target: string): TarEntry => ({ path, type: "symlink", target });

/** Runs a container on such an image to its end, whatever that is. */
async function attack(name: string, layer: readonly TarEntry[], change: object, container: Container) {
  const image = await registry.push(`${name}:1`, { layers: [base, layer], config: { ...SLEEP_CONFIG, ...change } });
  await node.run(pod(node, name, { image, ...container }, { restartPolicy: "Never" }));
  const { state } = await node.container(name, (seen) => seen.state?.terminated);
  return { ...state?.terminated, log: await node.log(name) };
}

/** All that is mounted in the host's own mount namespace, but for what the agent itself mounts. */
const mounts = async () => (await node.exec("cut -d' ' -f5 /proc/1/mountinfo | grep -v ^/run/unitlet/ | sort")).stdout;
const LOOK = shell(
  "ls -d /var/lib/unitlet /etc/unitlet /etc/victim /root/kubeconfig 2>/dev/null; grep -c . /etc/hosts",
);

describe("where a runtime mounts, an image has", () => {
  const attacks: Record<string, readonly TarEntry[]> = {
    "proc-as-a-link": [link("proc", "/etc")],
    "proc-as-a-link-out": [link("proc", "../../../../../../../../etc")],
    "proc-as-a-file": [{ path: "proc", content: "x" }],
    "dev-as-a-link": [link("dev", "/etc")],
    "dev-in-proc": [link("dev", "/proc/self/cwd")],
    "sys-in-proc": [link("sys", "/proc")],
    "hosts-as-a-link-to-the-host": [link("etc/hosts", "/proc/1/root/etc/victim")],
    "hosts-as-a-link-out": [link("etc/hosts", "../../../../../../../../../../etc/victim")],
    "hosts-as-a-directory": [{ path: "etc/hosts/", type: "directory" }],
    "etc-in-proc": [link("etc", "/proc/self")],
  };

  test.for(Object.entries(attacks))("%s: nothing of the host's is mounted over, or seen", async ([name, layer]) => {
    const before = await mounts();
    const { exitCode, log } = await attack(name, layer, {}, LOOK);
    expect([0, 128]).toContain(exitCode);
    if (exitCode === 0) expect(log).toMatch(/^(\/etc\/victim\n)?\d+\n$/);
    // systemd's own come and go.
    await node.machine.until(async () => [(await mounts()) === before, await mounts()], { what: `only\n${before}` });
    expect((await node.exec("cat /etc/victim")).stdout).toBe("safe\n");
  });
});

describe("a working directory", () => {
  test("that is a descriptor of the starting process leads nowhere", async () => {
    const numbers = Array.from({ length: 9 }, (_, at) => at + 3);
    const layer = numbers.map((number) => link(`way-${number}`, `/proc/self/fd/${number}`));
    const image = await registry.push("descriptors:1", { layers: [base, layer], config: SLEEP_CONFIG });
    const containers = numbers.map((number) => ({
      ...{ name: `fd-${number}`, image, workingDir: `/way-${number}` },
      ...shell("ls ../../../../../etc/victim"),
    }));
    await node.run(pod(node, "descriptors", containers, { restartPolicy: "Never" }));
    for (const { name } of containers) {
      const { state } = await node.container("descriptors", (seen) => seen.state?.terminated, name);
      expect(state?.terminated?.exitCode).not.toBe(0);
    }
  });

  test("above the root is the root", async () => {
    expect((await attack("above", [], { WorkingDir: "/../../../../etc/.." }, shell("pwd"))).log).toBe("/\n");
  });
});

describe("a program that is setuid", () => {
  const layer = async (): Promise<TarEntry[]> => {
    const busyboxFile = base.find(({ path }) => path === "bin/busybox")?.content ?? "";
    return [
      { path: "su/su", content: busyboxFile, mode: 0o4755 },
      { path: "su/", type: "directory" },
    ];
  };
  const command = { command: ["/su/su", "nobody"] };

  test("is so in its container, as the image has it", async () => {
    const { log } = await attack("setuid", await layer(), { User: "app" }, command);
    expect(log).toContain("unknown user nobody");
  });

  test("is not where the pod forbids to gain privileges", async () => {
    const securityContext = { allowPrivilegeEscalation: false };
    const { log } = await attack("no-gain", await layer(), { User: "app" }, { ...command, securityContext });
    expect(log).toContain("must be suid to work properly");
  });
});

test("names of files may be anything, and harm no tool", async () => {
  const odd = ["a\nb", "%s%n", "$(touch evil)", "`touch evil`", "'\"", "\u001b[31m", " -rf", "ä"];
  const layer = odd.map((path): TarEntry => ({ path: `odd/${path}`, content: "x" }));
  expect((await attack("odd-names", layer, {}, shell("ls /odd | grep -c ."))).log).toBe("8\n");
  await node.kubectl("delete", "pod", "odd-names");
  expect((await node.exec("unitlet images prune; find / -xdev -name evil || true")).stdout).not.toContain("/evil");
});

test("what an image's configuration says is text, whatever it says", async () => {
  const Env = ["PATH=/bin", "noequals", "LD_PRELOAD=/evil.so", "LINES=a\nb", 'Q="%n$(touch /evil)'];
  const change = { Env, StopSignal: "TERM\nExecStartPre=/bin/touch /evil", WorkingDir: "/a\nb%n" };
  const { log } = await attack(
    "odd-words",
    [],
    change,
    shell("pwd; env | grep -E '^(noequals|Q|LINES)'; ls / | grep -c evil"),
  );
  expect(log.split("\n").toSorted()).toEqual(["", "/a", "0", "LINES=a", 'Q="%n$(touch /evil)', "b%n", "noequals="]);
  expect((await node.exec("ls /evil 2>/dev/null || true")).stdout).toBe("");
});

test("whiteouts of what cannot be named delete nothing", async () => {
  const before = (await node.exec("ls /var/lib/unitlet/images/blobs/sha256 | wc -l")).stdout;
  for (const [at, path] of [".wh...", ".wh..", ".wh.", "x/.wh..."].entries()) {
    const image = await registry.push(`whiteout-${at}:1`, { layers: [base, [{ path }]], config: SLEEP_CONFIG });
    await node.run(pod(node, `whiteout-${at}`, { image }));
    await node.container(
      `whiteout-${at}`,
      ({ state }) => state?.running ?? state?.waiting?.reason !== "ContainerCreating",
    );
  }
  expect(Number((await node.exec("ls /var/lib/unitlet/images/blobs/sha256 | wc -l")).stdout)).toBeGreaterThanOrEqual(
    Number(before),
  );
});

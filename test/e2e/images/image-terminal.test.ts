import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { ImageNode } from "../support/image-node.ts";
import { Kubectl, kubectl, Terminal } from "../support/kubectl.ts";
import { waitForServerExit } from "../support/kubelet-client.ts";
import { type Container, pod, shell } from "../support/manifests.ts";

let node: Node;
let image: string;

beforeAll(async () => {
  const images = await ImageNode.start("image-terminal", {
    settings: { kubeletIdleTimeout: "1s" },
    servingCertificate: true,
  });
  ({ node } = images);
  image = await images.pushBusybox({ Cmd: ["sh"], Env: ["PATH=/bin"] });
});

afterAll(() => node[Symbol.asyncDispose]());

async function start(name: string, container: Container): Promise<void> {
  await node.run(pod(node, name, { image, ...container }, { restartPolicy: "Never" }));
  await node.container(name, ({ state }) => state?.running);
}

const exitCode = async (name: string, container = "main") =>
  (await node.container(name, ({ state }) => state?.terminated, container)).state?.terminated?.exitCode;

/** Of a pod that is bound to the node, as kubectl run makes it. */
function runFlags(name: string, ...flags: string[]): readonly string[] {
  const spec = { nodeName: node.name, automountServiceAccountToken: false, terminationGracePeriodSeconds: 2 };
  return [
    "run",
    name,
    `--image=${image}`,
    "--restart=Never",
    "--pod-running-timeout=150s",
    `--overrides=${JSON.stringify({ spec })}`,
    ...flags,
  ];
}

/** The processes of a container's unit, with those below it. */
const processes = async (name: string) =>
  (await node.exec(`systemctl status ${node.unit(name)} | sed -n 's/^.*[├└]─[0-9]* //p'`)).stdout;

describe("input", () => {
  test("of a container that never sees its end, from several one after the other", async () => {
    await start("open", shell("while read -r line; do echo got $line; done", { stdin: true }));
    for (const word of ["one", "two"]) {
      const client = new Kubectl(node, ["attach", "-i", "open"]);
      client.type(`${word}\n`);
      await client.waitForOutput(new RegExp(`got ${word}`));
      client.child.kill("SIGTERM");
      await client.ended;
    }
    await node.container("open", ({ ready }) => ready);
  });

  test("of another user than root, by any name that it has", async () => {
    await start("user", shell("head -n 1 </dev/stdin; exit 0", { stdin: true, securityContext: { runAsUser: 1234 } }));
    const client = new Kubectl(node, ["attach", "-i", "user"]);
    client.type("hello\n");
    await client.waitForOutput(/hello/);
    expect(await exitCode("user")).toBe(0);
  });

  test("kubectl run -i: the program sees its end", async () => {
    const result = await kubectl(
      node,
      [...runFlags("once", "-i", "--rm", "--quiet"), "--", "sh", "-c", "sha256sum; exit 4"],
      { stdin: "hello\n" },
    );
    expect(result).toMatchObject({
      stdout: expect.stringContaining("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03  -\n"),
      code: 4,
    });
  });

  test("its clients end with the container", async () => {
    await start("unread", shell("until test -e /go; do sleep 0.1; done; exit 3", { stdin: true, stdinOnce: true }));
    const { stdout } = await node.exec("cat /run/unitlet/pods/*/main.stdin.pid");
    await kubectl(node, ["exec", "unread", "--", "touch", "/go"]);
    expect(await exitCode("unread")).toBe(3);
    await node.machine.until(async () => (await node.exec(`kill -0 ${stdout.trim()} 2>&1 || :`)).stdout !== "", {
      what: "its end",
    });
  });
});

describe("a terminal", () => {
  test("kubectl run -it: a shell as one expects it", async () => {
    const terminal = new Terminal(node, [...runFlags("shell", "-it", "--env=A=b"), "--", "sh"]);
    await terminal.waitForOutput(/command prompt/);
    terminal.type("\r");
    await terminal.waitForOutput(/# /);
    terminal.type("until stty size | grep '31 91'; do sleep 0.1; done; echo $TERM $A $$; tty; sleep 1000\r");
    await terminal.waitForOutput(/31 91\r\nxterm b 1\r\n\/dev\/pts\/0/);
    terminal.resize(70, 20);
    terminal.type("\x03");
    terminal.type("until stty size | grep '20 70'; do sleep 0.1; done\r");
    await terminal.waitForOutput(/20 70\r\n/);
    terminal.type("(exit 9)\r\x04");
    expect(await terminal.ended).toBe(9);
    expect(await exitCode("shell", "shell")).toBe(9);
    expect(await node.log("shell", "shell")).toContain("20 70");
  });

  test("continues when its clients have left, and its output is in the log", async () => {
    await start("alone", { ...shell("test -t 0 && test -t 1 && test -t 2; echo $?; exec sh"), stdin: true, tty: true });
    await node.machine.until(async () => (await node.log("alone")).startsWith("0"), { what: "its first words" });
    for (const word of ["one", "two"]) {
      const terminal = new Terminal(node, ["attach", "-it", "alone"]);
      terminal.type(`echo ${word} $((40 + 2))\r`);
      await terminal.waitForOutput(new RegExp(`${word} 42`));
      terminal.close();
    }
    await node.container("alone", ({ ready }) => ready);
    const log = await kubectl(node, ["logs", "alone"]);
    expect(log.stdout).toMatch(/one 42\r?\n[\s\S]*two 42\r?\n/);
    const isAlone = (seen: string) => /^sh\n\S+perl \S+container-terminal main\n$/.test(seen);
    await node.machine.until(async () => [isAlone(await processes("alone")), await processes("alone")], {
      what: "the shell alone with its terminal",
    });
    await waitForServerExit(node);
  });

  test("two at once see the same", async () => {
    await start("both", { command: ["sh"], stdin: true, tty: true });
    const [one, two] = [1, 2].map(() => new Terminal(node, ["attach", "-it", "both"])) as [Terminal, Terminal];
    one.type("echo by $((1))\r");
    await one.waitForOutput(/by 1/);
    two.type("echo by $((2))\r");
    await Promise.all([one.waitForOutput(/by 2/), two.waitForOutput(/by 2/)]);
    one.type("exit 3\r");
    expect(await Promise.all([one.ended, two.ended])).toEqual([0, 0]);
    expect(await exitCode("both")).toBe(3);
  });

  test("a megabyte of input, and much output that no client reads", async () => {
    const script = "stty raw -echo; echo ready; head -c 1000000 | sha256sum; seq 1 50000; echo end";
    await start("much", { ...shell(script), stdin: true, tty: true });
    await node.machine.until(async () => (await node.log("much")).startsWith("ready"), { what: "it to be ready" });
    const bytes = randomBytes(1_000_000);
    const client = new Kubectl(node, ["attach", "-i", "much"]);
    client.child.stdin?.write(bytes);
    await client.waitForOutput(new RegExp(createHash("sha256").update(bytes).digest("hex")));
    client.child.kill("SIGKILL");
    expect(await exitCode("much")).toBe(0);
    // journald may have much to do.
    const lines = async () => (await kubectl(node, ["logs", "much"])).stdout.trimEnd().split(/\r?\n/).length;
    await node.machine.until(async () => (await lines()) === 50_003, { what: "each line of it" });
  });

  test("of a program that cannot be started: nothing of it stays", async () => {
    await node.run(pod(node, "none", { image, command: ["/none"], tty: true }, { restartPolicy: "Never" }));
    const { state } = await node.container("none", (seen) => seen.state?.terminated);
    expect(state?.terminated).toMatchObject({ exitCode: 128, reason: "StartError" });
    const consoles = async () => (await node.exec("ls /run/unitlet/pods/*/main.console 2>&1 || :")).stdout;
    await node.machine.until(async () => [(await consoles()).includes("No such file"), await consoles()], {
      what: "no console to be left",
    });
  });

  test("of an init container, and a new one for each start", async () => {
    const script = "tty; test -e /data/mark && exec sleep 1000; touch /data/mark; exit 1";
    const volumeMounts = [{ name: "data", mountPath: "/data" }];
    await node.run(
      pod(
        node,
        "each",
        { image, ...shell(script), tty: true, volumeMounts },
        {
          initContainers: [{ name: "first", image, ...shell("tty"), tty: true }],
          volumes: [{ name: "data", emptyDir: {} }],
        },
      ),
    );
    await node.container("each", ({ state, restartCount }) => state?.running && restartCount === 1);
    const log = async (...flags: string[]) => (await kubectl(node, ["logs", "each", ...flags])).stdout.trim();
    await node.machine.until(async () => (await log()) !== "", { what: "what the second run says" });
    expect([await log("-c", "first"), await log("--previous"), await log()]).toEqual(Array(3).fill("/dev/pts/0"));
  });
});

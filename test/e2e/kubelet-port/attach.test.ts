import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { Kubectl, kubectl, Terminal } from "../support/kubectl.ts";
import {
  asApiServer,
  installServingCertificate,
  requestKubelet,
  waitForServerExit,
} from "../support/kubelet-client.ts";
import { pod, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "attach", { settings: { kubeletIdleTimeout: "1s" } });
  await installServingCertificate(node);
});

afterAll(() => node[Symbol.asyncDispose]());

async function start(name: string, ...[container, spec]: [object, object?]): Promise<void> {
  await node.run(pod(node, name, container, { restartPolicy: "Never", ...spec }));
  await node.container(name, ({ state }) => state?.running);
}

async function waitForAttach(): Promise<void> {
  const reads = async () => (await node.exec("pgrep -c journalctl || :")).stdout !== "0\n";
  await node.machine.until(reads, { what: "somebody who is attached" });
}

const exitCode = async (name: string, container = "main") =>
  (await node.container(name, ({ state }) => state?.terminated, container)).state?.terminated?.exitCode;

/** Of a pod that is bound to the node, as kubectl run makes it. */
function runFlags(name: string, ...flags: string[]): readonly string[] {
  const spec = { nodeName: node.name, automountServiceAccountToken: false, terminationGracePeriodSeconds: 2 };
  const own = ["--image=host", "--restart=Never", "--pod-running-timeout=150s"];
  return ["run", name, ...own, `--overrides=${JSON.stringify({ spec })}`, ...flags];
}

describe("output", () => {
  test.each(["true", "false"])(
    "from now on, until the container ends; KUBECTL_REMOTE_COMMAND_WEBSOCKETS=%s",
    async (value) => {
      const name = `output-${value}`;
      await start(
        name,
        shell(`echo before; until test -e /tmp/go; do sleep 0.1; done; echo after; sleep 0.5; echo end`),
      );
      const client = new Kubectl(node, ["attach", name], {
        env: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: value },
        stdin: "",
      });
      await waitForAttach();
      await node.kubectl("exec", name, "--", "touch", "/tmp/go");
      const { stdout, code } = await client.ended;
      expect([stdout.toString(), code]).toEqual(["after\nend\n", 0]);
    },
  );

  test("nothing stays when the client goes", async () => {
    await start("left", shell("while sleep 0.2; do echo tick; done"));
    const client = new Kubectl(node, ["attach", "left"]);
    await client.waitForOutput(/tick/);
    client.child.kill("SIGKILL");
    await waitForServerExit(node);
    await node.kubectl("delete", "pod", "left");
  });
});

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

  test("without stdinOnce the end of the client's input ends the attach, and the container goes on", async () => {
    await start("left-open", shell("while read -r line; do echo got $line; done", { stdin: true }));
    for (const word of ["one", "two"]) {
      const { code } = await kubectl(node, ["attach", "-i", "left-open"], { stdin: `${word}\n` });
      expect(code).toBe(0);
    }
    const log = async () => (await node.log("left-open")) === "got one\ngot two\n";
    await node.machine.until(log, { what: "both words" });
    await node.container("left-open", ({ ready }) => ready);
  });

  test("kubectl run -i --leave-stdin-open ends with its input, and the pod goes on", async () => {
    const flags = runFlags("kept", "-i", "--leave-stdin-open", "--quiet");
    const { code } = await kubectl(node, [...flags, "--", "sh", "-c", "cat; echo end"], { stdin: "hello\n" });
    expect(code).toBe(0);
    await node.machine.until(async () => (await node.log("kept", "kept")) === "hello\n", { what: "the word" });
    await node.container("kept", ({ state }) => state?.running, "kept");
  });

  test("of another user than root", async () => {
    await start("user", shell("head -n 1", { stdin: true }), { securityContext: { runAsUser: 1234 } });
    const client = new Kubectl(node, ["attach", "-i", "user"]);
    client.type("hello\n");
    await client.waitForOutput(/hello/);
    expect(await exitCode("user")).toBe(0);
  });

  test("kubectl run -i: the program sees its end", async () => {
    const result = await kubectl(
      node,
      [...runFlags("once", "-i", "--rm", "--quiet"), "--", "sh", "-c", "sha256sum; exit 4"],
      {
        stdin: "hello\n",
      },
    );
    expect(result).toMatchObject({
      stdout: expect.stringContaining("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03  -\n"),
      code: 4,
    });
  });

  test("of a container that does not read yet when a client attaches", async () => {
    const program = "/usr/local/lib/unitlet/container-run";
    const held = `#!/bin/sh\nuntil test -e /opt/now; do sleep 0.1; done\nexec /opt/run/container-run "$@"\n`;
    await node.machine.write("/opt/held", held, 0o755);
    await node.exec(`mkdir /opt/run; cp ${program} /usr/local/lib/unitlet/*.pl /opt/run`);
    await node.exec(`mount --bind /opt/held ${program}`);
    await start("slow", shell("cat", { stdin: true, stdinOnce: true }));
    await node.exec(`umount --lazy ${program}`);
    await waitForServerExit(node);
    const client = new Kubectl(node, ["attach", "-i", "slow"], { stdin: "hello\n" });
    await waitForAttach();
    await node.exec("touch /opt/now");
    expect((await client.ended).stdout.toString()).toBe("hello\n");
  });

  test("a program that does not wait for it begins at once", async () => {
    await start("early", shell("echo begun; sleep 1000", { stdin: true, stdinOnce: true }));
    await node.machine.until(async () => (await node.log("early")) === "begun\n", { what: "its first words" });
  });
});

describe("a terminal", () => {
  test("kubectl run -it: a shell as one expects it", async () => {
    const terminal = new Terminal(node, [...runFlags("shell", "-it", "--env=A=b"), "--", "sh"]);
    await terminal.waitForOutput(/command prompt/);
    terminal.type("\r");
    await terminal.waitForOutput(/[#$] /);
    terminal.type("stty size; echo $TERM $A; tty; sleep 1000\r");
    await terminal.waitForOutput(/31 91\r\nxterm b\r\n\/dev\/pts\/\d+/);
    terminal.resize(70, 20);
    terminal.type("\x03");
    terminal.type("until stty size | grep '20 70'; do sleep 0.1; done\r");
    await terminal.waitForOutput(/20 70\r\n/);
    expect(
      await requestKubelet(node, `/attach/${node.namespace}/shell/shell?input=1&output=1&tty=1`, [
        "-X",
        "POST",
        ...asApiServer(node),
      ]),
    ).toMatchObject({
      status: 409,
    });
    terminal.type("exit 9\r");
    expect(await terminal.ended).toBe(9);
    expect(await exitCode("shell", "shell")).toBe(9);
  });

  test("whose client goes: the program is hung up", async () => {
    const terminal = new Terminal(node, [...runFlags("gone", "-it"), "--", "sh", "-c", "echo ready; sleep 4711"]);
    await terminal.waitForOutput(/ready/);
    terminal.close();
    expect(await exitCode("gone", "gone")).toBeGreaterThan(128);
    expect((await node.exec("pgrep -xf 'sleep 4711' || :")).stdout).toBe("");
  });
});

test("a container that has ended, or is not there", async () => {
  await node.run(pod(node, "over", shell("exit 0"), { restartPolicy: "Never" }));
  await node.until("over", (seen) => seen?.status?.phase === "Succeeded");
  const post = ["-X", "POST", ...asApiServer(node)];
  const path = `/attach/${node.namespace}`;
  expect(await requestKubelet(node, `${path}/over/main?output=1`, post)).toEqual({
    status: 404,
    body: 'container not found ("main")',
  });
  expect(await requestKubelet(node, `${path}/none/main?output=1`, post)).toEqual({
    status: 404,
    body: "pod does not exist",
  });
  expect(await requestKubelet(node, `${path}/over/main`, post)).toEqual({
    status: 400,
    body: "you must specify at least 1 of stdin, stdout, stderr",
  });
});

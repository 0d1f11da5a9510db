import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import type { TarEntry } from "../../support/tar.ts";
import { ImageNode, SLEEP_CONFIG } from "../support/image-node.ts";
import { Kubectl, kubectl, Terminal } from "../support/kubectl.ts";
import { waitForServerExit } from "../support/kubelet-client.ts";
import { pod } from "../support/manifests.ts";

/** What a process can see of itself, and what could differ between two of one container. */
const REPORT = `#!/bin/sh
pwd
umask
env | grep -v SHLVL= | sort
grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp)' /proc/self/status
cat /proc/self/oom_score_adj /proc/self/cgroup /proc/self/limits
for link in /proc/self/ns/* /proc/self/root; do readlink $link; done
cut -d ' ' -f 5- /proc/self/mountinfo
`;

let node: Node;

beforeAll(async () => {
  const images = await ImageNode.start("image-exec", {
    timerInterval: "1s",
    settings: { kubeletIdleTimeout: "1s" },
    servingCertificate: true,
  });
  ({ node } = images);
  const { registry, base } = images;
  await images.pushBusybox();
  const more: TarEntry[] = [
    { path: "report", content: REPORT, mode: 0o755 },
    { path: "unloadable", content: "#!/none\n", mode: 0o755 },
  ];
  await registry.push("more:1", {
    layers: [base, more],
    config: {
      ...SLEEP_CONFIG,
      Cmd: ["sh", "-c", "/report >/tmp/report.new; mv /tmp/report.new /tmp/report; exec sleep 1000"],
    },
  });
  await node.run(
    pod(node, "box", { image: "127.0.0.1:5000/busybox:1" }),
    pod(
      node,
      "user",
      {
        image: "127.0.0.1:5000/more:1",
        env: [{ name: "TEXT", value: "a  b\n\"'$HOME\\" }],
        workingDir: "/tmp",
        resources: { limits: { memory: "200Mi" } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["NET_RAW"] } },
      },
      {
        securityContext: {
          ...{ runAsUser: 1234, runAsGroup: 1236, supplementalGroups: [4321] },
          seccompProfile: { type: "RuntimeDefault" },
        },
      },
    ),
  );
  await node.container("box", ({ ready }) => ready);
  await node.container("user", ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

test("streams, each its own, and the exit status", async () => {
  const script = "cat; echo out; echo err >&2; exit 3";
  expect(await kubectl(node, ["exec", "-i", "box", "--", "sh", "-c", script], { stdin: "in\n" })).toEqual({
    stdout: "in\nout\n",
    stderr: "err\ncommand terminated with exit code 3\n",
    code: 3,
  });
});

const MUCH = randomBytes(100 << 20);
const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test("100 MB in, and 100 MB out", async () => {
  const { stdout: sum } = await kubectl(node, ["exec", "-i", "box", "--", "sh", "-c", "sha256sum"], { stdin: MUCH });
  expect(sum).toBe(`${digest(MUCH)}  -\n`);
  const { stdout } = await new Kubectl(node, ["exec", "-i", "box", "--", "cat"], { stdin: MUCH }).ended;
  expect(digest(stdout)).toBe(digest(MUCH));
});

test("a terminal: its size, a new size, ^C, ^D and the exit status", async () => {
  const terminal = new Terminal(node, ["exec", "-it", "box", "--", "sh"]);
  await terminal.waitForOutput(/# /);
  terminal.type("until stty size | grep '31 91'; do sleep 0.1; done; tty; echo $TERM $HOSTNAME\r");
  await terminal.waitForOutput(/31 91\r\n\/dev\/pts\/\d+\r\nxterm box\r\n/);
  terminal.resize(123, 45);
  terminal.type("until stty size | grep '45 123'; do sleep 0.1; done\r");
  await terminal.waitForOutput(/45 123\r\n/);
  terminal.type("sleep 2000\r");
  await node.machine.until(() => node.exec("pgrep -xf 'sleep 2000'"), { what: "the sleep" });
  terminal.type("\x03");
  terminal.type("echo status $?\r");
  await terminal.waitForOutput(/status 130/);
  terminal.type("(exit 42)\r\x04");
  expect(await terminal.ended).toBe(42);
});

test("much on a terminal, each byte of it", async () => {
  const script = "stty raw -echo; echo ready; head -c 1000000 | sha256sum; seq 1 200000 | sha256sum; seq 1 200000";
  const argv = ["exec", "-it", "box", "--", "sh", "-c", script];
  const terminal = new Terminal(node, argv);
  await terminal.waitForOutput(/ready/);
  terminal.type("x".repeat(1_000_000));
  const said = await terminal.waitForOutput(/199999\n200000\n$/);
  const lines = Array.from({ length: 200_000 }, (_, at) => `${at + 1}\n`).join("");
  expect(said.replaceAll("\r", "")).toBe(
    `ready\n${digest(Buffer.alloc(1_000_000, "x"))}  -\n${digest(Buffer.from(lines))}  -\n${lines}`,
  );
  expect(await terminal.ended).toBe(0);
});

describe("what is run", () => {
  const exec = (...argv: string[]) => kubectl(node, ["exec", "user", "--", ...argv]);

  test("sees what the container itself sees, and has its rights", async () => {
    const { stdout } = await exec("/report");
    const { stdout: own } = await exec("sh", "-c", "until cat /tmp/report 2>/dev/null; do sleep 0.1; done");
    expect(stdout).toBe(own);
    expect(stdout).toMatch(/Groups:\t77 4321/);
    expect(stdout).toMatch(/Seccomp:\t2/);
  });

  test("on a terminal, too", async () => {
    const terminal = new Terminal(node, ["exec", "-it", "user", "--", "/report"]);
    expect(await terminal.ended).toBe(0);
    const { stdout: own } = await exec("cat", "/tmp/report");
    const said = (await terminal.waitForOutput(/./)).replaceAll("\r", "");
    expect(said.replace("TERM=xterm\n", "")).toBe(own);
  });

  test.each([[[]], [["-t", "-i"]]])("with its words as they are: %j", async (flags) => {
    const words = ["a b", "", "$HOME", "'\"\\", "*", "ü\n", "--", "-c", "\t%s"];
    const argv = ["exec", ...flags, "user", "--", "sh", "-c", 'printf "%s|" "$@"', "sh", ...words];
    const said = words.map((each) => `${each}|`).join("");
    if (flags.length === 0) expect((await kubectl(node, argv)).stdout).toBe(said);
    else expect(await new Terminal(node, argv).waitForOutput(/\t%s\|$/)).toBe(said.replace("\n", "\r\n"));
  });

  test.each([
    ["none", [127], /executable file `none` not found in \$PATH/],
    ["/none", [127], /\/none/],
    // With crun 1.21 it cannot be told from a program that ends with 1.
    ["/unloadable", [127, 1], /No such file or directory/],
    ["/etc/passwd", [126], /Permission denied|not executable/],
    ["/etc", [126], /not permitted/],
  ])("not if it cannot be: %s", async (program, codes, text) => {
    const result = await exec(program);
    expect(result).toMatchObject({ stdout: "", stderr: expect.stringMatching(text) });
    expect(codes).toContain(result.code);
    expect(result.stderr).toContain(`command terminated with exit code ${result.code}\n`);
    const terminal = new Terminal(node, ["exec", "-it", "user", "--", program]);
    await terminal.waitForOutput(text);
    expect(await terminal.ended).toBe(result.code);
  });

  test("counts for the limits of the container", async () => {
    expect((await exec("sh", "-c", "dd if=/dev/zero of=/dev/null bs=400M count=1")).code).not.toBe(0);
  });

  test("ends with the container", async () => {
    await node.run(pod(node, "ending", { image: "127.0.0.1:5000/busybox:1" }));
    await node.container("ending", ({ ready }) => ready);
    const whole = kubectl(node, ["exec", "ending", "--", "sleep", "4323"]);
    await node.machine.until(() => node.exec("pgrep -xf 'sleep 4323'"), { what: "the command" });
    await node.kubectl("delete", "pod", "ending");
    expect((await whole).code).toBe(137);
    await waitForServerExit(node);
  });
});

test.each([
  ["with pipes", ["-i"]],
  ["on a terminal", ["-it"]],
])("%s: nothing of it is left when the client is killed", async (_, flags) => {
  const argv = ["exec", ...flags, "box", "--", "sh", "-c", "trap '' HUP TERM; sleep 4321 & sleep 4322; :"];
  const running = async (what: string) => (await node.exec(`pgrep -xf '${what}' || :`)).stdout !== "";
  const client = flags[0] === "-i" ? new Kubectl(node, argv) : new Terminal(node, argv);
  await node.machine.until(() => running("sleep 4322"), { what: "the command" });
  if (client instanceof Kubectl) client.child.kill("SIGKILL");
  else client.close();
  await node.machine.until(async () => !(await running("sleep 432[12]")), { what: "its end" });
});

test.each([
  ["with pipes", ["-i"]],
  ["on a terminal", ["-it"]],
])("%s: nothing of it is left when what carries its streams is killed", async (_, flags) => {
  const argv = ["exec", ...flags, "box", "--", "sh", "-c", "sleep 4324"];
  const running = async (what: string) => (await node.exec(`pgrep -xf '${what}' || :`)).stdout !== "";
  const client = flags[0] === "-i" ? new Kubectl(node, argv) : new Terminal(node, argv);
  await node.machine.until(() => running("sleep 4324"), { what: "the command" });
  await node.exec("kill -KILL $(systemctl show --property=MainPID --value unitlet-api.service)");
  await node.machine.until(async () => !(await running("sleep 4324")), { what: "its end" });
  await client.ended;
  const left = "$(ls -d /run/unitlet/exec.* /run/unitlet/pods/*/*.console)";
  await node.machine.until(() => node.exec(`test -z "${left}"`), { what: "nothing to be left" });
});

import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { Kubectl, type KubectlOptions, kubectl, Terminal } from "../support/kubectl.ts";
import {
  asApiServer,
  installServingCertificate,
  requestKubelet,
  waitForServerExit,
} from "../support/kubelet-client.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

const MUCH = randomBytes(100 << 20);

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "exec", { settings: { kubeletIdleTimeout: "1s" } });
  await installServingCertificate(node);
  await node.machine.write("/opt/report", REPORT, 0o755);
  await node.run(
    pod(node, "plain", SLEEP),
    pod(
      node,
      "user",
      shell("/opt/report >/tmp/report.new; mv /tmp/report.new /tmp/report; exec sleep infinity", {
        env: [{ name: "TEXT", value: "a  b\n'$HOME'" }],
        workingDir: "/usr/share",
        resources: { limits: { memory: "200Mi" } },
      }),
      { securityContext: { runAsUser: 1234, runAsGroup: 1235 }, hostIPC: true },
    ),
  );
  await node.container("plain", ({ ready }) => ready);
  await node.container("user", ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

/** What a process can see of itself, and what could differ between two of one container. */
const REPORT = `#!/bin/sh
pwd
umask
env | sort
grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp:)' /proc/self/status
cat /proc/self/oom_score_adj /proc/self/cgroup /proc/self/limits
readlink /proc/self/ns/* /proc/self/root
cut -d ' ' -f 5- /proc/self/mountinfo
`;

const exec = (flags: readonly string[], argv: readonly string[], options?: KubectlOptions) =>
  kubectl(node, ["exec", ...flags, "--", ...argv], options);

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

// Up to the API server, as kubectl does it today and as it did; down to the node it depends on that server.
describe.each(["true", "false"])("KUBECTL_REMOTE_COMMAND_WEBSOCKETS=%s", (value) => {
  const env = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: value };

  test("output, error output and exit status", async () => {
    expect(await exec(["plain"], ["sh", "-c", "echo out; echo err >&2; exit 3"], { env })).toEqual({
      stdout: "out\n",
      stderr: "err\ncommand terminated with exit code 3\n",
      code: 3,
    });
  });

  test("100 MB in", async () => {
    const { stdout } = await exec(["-i", "plain"], ["sha256sum"], { env, stdin: MUCH });
    expect(stdout).toBe(`${digest(MUCH)}  -\n`);
  });

  test("100 MB out", async () => {
    await node.machine.exec("test -e /opt/much || head -c 100M /dev/urandom >/opt/much");
    const { stdout } = await new Kubectl(node, ["exec", "plain", "--", "cat", "/opt/much"], { env, stdin: "" }).ended;
    const { stdout: sum } = await node.machine.exec("sha256sum </opt/much");
    expect(`${digest(stdout)}  -\n`).toBe(sum);
  });

  test("a terminal: its size, a new size, ^C, ^D and the exit status", async () => {
    const terminal = new Terminal(node, ["exec", "-it", "plain", "--", "sh"], env);
    await terminal.waitForOutput(/[#$] $/);
    terminal.type("stty size; tty; echo $TERM\r");
    await terminal.waitForOutput(/31 91\r\n\/dev\/pts\/\d+\r\nxterm\r\n/);
    terminal.resize(123, 45);
    terminal.type("until stty size | grep '45 123'; do sleep 0.1; done\r");
    await terminal.waitForOutput(/45 123\r\n/);
    terminal.type("sleep 1000\r");
    await node.machine.until(() => node.exec("pgrep -xf 'sleep 1000'"), { what: "the sleep" });
    terminal.type("\x03");
    terminal.type("echo status $?\r");
    await terminal.waitForOutput(/status 130/);
    terminal.type("(exit 42)\r\x04");
    expect(await terminal.ended).toBe(42);
  });
});

describe("what is run", () => {
  test("arguments arrive as they are", async () => {
    const words = ["a b", "", "$HOME", "'\"\\", "*", "ü\n", "--", "-c", "%s", "x".repeat(20_000), "y".repeat(120_000)];
    const { stdout } = await exec(["plain"], ["printf", "%s|", ...words]);
    expect(stdout).toBe(words.map((each) => `${each}|`).join(""));
  });

  test("it sees what the container itself sees, and has its rights", async () => {
    const { stdout } = await exec(["user"], ["/opt/report"]);
    const { stdout: own } = await exec(["user"], ["sh", "-c", "until cat /tmp/report 2>/dev/null; do sleep 0.1; done"]);
    expect(stdout).toBe(own);
    expect(stdout).toContain("TEXT=a  b\n");
  });

  test("it counts for the limits of the container", async () => {
    const eat = "head -c 400M /dev/zero | tail >/dev/null";
    expect((await exec(["user"], ["sh", "-c", eat])).code).not.toBe(0);
    expect((await node.get("user"))?.status?.containerStatuses?.[0]?.restartCount).toBe(0);
  });

  test.each([
    ["none", 127, 'exec: "none": executable file not found in $PATH\n'],
    ["/opt/none", 127, 'exec: "/opt/none": stat /opt/none: no such file or directory\n'],
    ["/etc/passwd", 126, 'exec: "/etc/passwd": permission denied\n'],
  ])("%s cannot be", async (program, code, text) => {
    const result = await exec(["plain"], [program]);
    expect(result).toEqual({ stdout: "", stderr: `${text}command terminated with exit code ${code}\n`, code });
  });
});

describe("what is left of it", () => {
  const running = async (what: string) => (await node.exec(`pgrep -xf '${what}' || :`)).stdout !== "";

  test.each([
    ["with pipes", ["-i"]],
    ["on a terminal", ["-it"]],
  ])("%s: nothing when the client is killed", async (_, flags) => {
    const argv = ["exec", ...flags, "plain", "--", "sh", "-c", "trap '' HUP TERM; sleep 4321 & sleep 4322; :"];
    const client = flags[0] === "-i" ? new Kubectl(node, argv) : new Terminal(node, argv);
    await node.machine.until(() => running("sleep 4322"), { what: "the command" });
    if (client instanceof Kubectl) client.child.kill("SIGKILL");
    else client.close();
    const over = async () => !(await running("sleep 432[12]"));
    await node.machine.until(over, { what: "the end of all that the command has started" });
    await waitForServerExit(node);
  });

  test("it ends with the container, and no process stays behind the port", async () => {
    await node.run(pod(node, "ending", SLEEP));
    await node.container("ending", ({ ready }) => ready);
    const whole = exec(["ending"], ["sleep", "4323"]);
    await node.machine.until(() => running("sleep 4323"), { what: "the command" });
    await node.kubectl("delete", "pod", "ending");
    expect((await whole).code).toBe(137);
    await waitForServerExit(node);
  });
});

describe("what is refused", () => {
  test("a container that is not there, or has no process", async () => {
    await node.run(pod(node, "over", shell("exit 0"), { restartPolicy: "Never" }));
    await node.until("over", (seen) => seen?.status?.phase === "Succeeded");
    const path = `/exec/${node.namespace}`;
    const post = ["-X", "POST", ...asApiServer(node)];
    const answers = ["over/main", "plain/none", "none/main", "plain/wrong-uid/main"].map(async (each) => {
      const { status, body } = await requestKubelet(node, `${path}/${each}?output=1&command=true`, post);
      return [status, body];
    });
    expect(await Promise.all(answers)).toEqual([
      [404, 'container not found ("main")'],
      [404, 'container not found ("none")'],
      [404, "pod does not exist"],
      [404, 'container not found ("main")'],
    ]);
  });

  test.each(["exec", "run"])("%s without the right to create nodes/proxy, even by a GET", async (verb) => {
    const token = (await node.kubectl("create", "token", "default")).trim();
    const name = `${node.namespace}-${verb}`;
    await node.kubectl("create", "clusterrole", name, "--verb=get", "--resource=nodes/proxy");
    const account = `--serviceaccount=${node.namespace}:default`;
    await node.kubectl("create", "clusterrolebinding", name, `--clusterrole=${name}`, account);
    const path = `/${verb}/${node.namespace}/plain/main?output=1&command=true&cmd=true`;
    for (const method of ["GET", "POST"]) {
      const { status, body } = await requestKubelet(node, path, ["-X", method, "-H", `Authorization: Bearer ${token}`]);
      expect([status, body]).toEqual([403, expect.stringContaining("verb=create, resource=nodes")]);
    }
  });
});

describe("/run", () => {
  const post = (query: string, container = "main") =>
    requestKubelet(node, `/run/${node.namespace}/plain/${container}?${query}`, ["-X", "POST", ...asApiServer(node)]);

  test("all that the command has written", async () => {
    expect(await post("cmd=ls+-d+/etc+/none-such")).toEqual({
      status: 500,
      body: "command 'ls -d /etc /none-such' exited with 2: ls: cannot access '/none-such': No such file or directory\n",
    });
    expect(await post("cmd=echo+a+b")).toEqual({ status: 200, body: "a b\n" });
  });

  test("needs a POST and a command", async () => {
    expect(await requestKubelet(node, `/run/${node.namespace}/plain/main?cmd=true`)).toMatchObject({ status: 405 });
    expect(await post("")).toMatchObject({ status: 400 });
  });
});

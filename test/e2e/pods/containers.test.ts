import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { type Container, pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "containers");
});

afterAll(() => node[Symbol.asyncDispose]());

/** Runs a pod to its end and returns what its container has written. */
async function output(name: string, container: Container): Promise<string> {
  await node.run(pod(node, name, container, { restartPolicy: "Never" }));
  await node.until(name, (seen) => seen?.status?.phase === "Succeeded");
  return await node.log(name);
}

describe("what the pod says arrives at the program", () => {
  // In hexadecimal digits, because the journal is a log of lines.
  const perl = (list: string) => ["perl", "-e", `print unpack("H*", join "\\0", ${list})`, "--"];
  const decode = (hex: string) => Buffer.from(hex.trim(), "hex").toString().split("\0");
  const asField = (word: string) => word.replaceAll("$$", () => "$$$$");
  const hostile = [
    "",
    " ",
    "a  b",
    "'",
    '"',
    "\\",
    "a\\",
    "\\n",
    "\\x41",
    "two\nlines\n",
    "\ttab",
    "%n %% %H %",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what systemd would expand
    "$HOME ${HOME} $ $$",
    "`id`",
    "*;&|<>#!~",
    "-n",
    "[Service]",
    "ünï → 🦀",
    "\u0001\u007f",
    "=a=b",
    "@+-:",
  ];

  test("arguments, whatever is in them", async () => {
    const words = await output("arguments", { command: perl("@ARGV"), args: hostile.map(asField) });
    expect(decode(words)).toEqual(hostile);
  });

  test("variables in arguments are expanded as Kubernetes does it", async () => {
    const args = ["$(NAME)", "a$(NAME)b$(OTHER)", "$$(NAME)", "$(MISSING)", "$(NAME", "$NAME"];
    const env = [
      { name: "NAME", value: "x" },
      { name: "OTHER", value: "$(NAME)y$(LATER)" },
      { name: "LATER", value: "z" },
    ];
    const words = await output("expansion", { command: perl("@ARGV"), args, env });
    expect(decode(words)).toEqual(["x", "axbxy$(LATER)", "$(NAME)", "$(MISSING)", "$(NAME", "$NAME"]);
  });

  test("its environment, and nothing of systemd's or the agent's", async () => {
    // A control character other than these two cannot be written into an environment file.
    const values = hostile.filter((value) => !value.includes("\u0001"));
    const env = values.map((value, at) => ({ name: `V${at}`, value: asField(value) }));
    const words = decode(await output("environment", { command: perl("map { ($_, $ENV{$_}) } sort keys %ENV"), env }));
    const pairs = words.flatMap((word, at) => (at % 2 === 0 ? [[word, words[at + 1]]] : []));
    // Where the API server is: environment.test.ts looks at these.
    const seen = Object.fromEntries(pairs.filter(([name]) => !name?.startsWith("KUBERNETES_")));
    const given = Object.fromEntries(values.map((value, at) => [`V${at}`, value]));
    const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    expect(seen).toEqual({ ...given, PATH: path, HOME: "/root", HOSTNAME: "environment" });
  });

  test("an image that is a path is the program", async () => {
    expect(await output("entrypoint", { image: "/bin/echo", args: ["hello"] })).toBe("hello\n");
  });

  test("its working directory", async () => {
    expect(await output("directory", shell("pwd", { workingDir: "/usr/lib" }))).toBe("/usr/lib\n");
  });

  test.each([
    ["a user with a name", { runAsUser: 1, runAsGroup: 2 }, "1:2:2 /"],
    ["a user without a name", { runAsUser: 12345, runAsGroup: 54321 }, "12345:54321:54321 /"],
    ["nobody in particular", {}, "0:0:0 /root"],
  ])("%s", async (who, securityContext, expected) => {
    const name = who.replaceAll(" ", "-");
    expect(await output(name, shell('echo "$(id -u):$(id -g):$(id -G) $HOME"', { securityContext }))).toBe(
      `${expected}\n`,
    );
  });
});

test("a program sees the host's files, but can change none, and not what the agent keeps", async () => {
  const script = `touch /etc/x; touch /usr/x; touch /var/lib/x; cat /etc/unitlet/kubeconfig; ls /var/lib/unitlet/pods; ls /run/unitlet/pods; ls /run/dbus
    touch /tmp/x && cat /etc/hostname`;
  expect(await output("confined", shell(`(${script}) 2>/dev/null`))).toBe("containers\n");
});

describe("several containers", () => {
  test("run side by side, each as a unit with a log of its own", async () => {
    const say = (name: string) => shell(`echo ${name}; exec sleep infinity`, { name });
    await node.run(pod(node, "pair", [say("one"), say("two")]));
    await node.until("pair", (seen) => seen?.status?.containerStatuses?.every(({ ready }) => ready));
    const logs = async () => [await node.log("pair", "one"), await node.log("pair", "two")].join("");
    await node.machine.until(async () => (await logs()) === "one\ntwo\n", { what: "a log of each" });
  });

  test("end and restart each for itself", async () => {
    await node.run(pod(node, "uneven", [{ ...SLEEP, name: "good" }, shell("exit 1", { name: "bad" })]));
    const bad = await node.container("uneven", ({ state }) => state?.waiting?.reason === "CrashLoopBackOff", "bad");
    const good = await node.container("uneven", ({ ready }) => ready, "good");
    // It goes on crashing meanwhile.
    expect(bad.restartCount).toBeGreaterThan(0);
    expect(good.restartCount).toBe(0);
    const line = async () => {
      const seen = await node.kubectl("get", "pod", "uneven", "--no-headers");
      return [/^uneven +1\/2 +CrashLoopBackOff +[1-9]\d* /.test(seen), seen];
    };
    await node.machine.until(line, { what: "what kubectl says of it" });
  });
});

describe("init containers", () => {
  test("run one after the other, then the containers", async () => {
    // journald takes in several streams in any order.
    const say = (words: string) => `echo $(date +%s%N) ${words}`;
    const initContainers = ["one", "two"].map((name) => ({
      image: "host",
      ...shell(`${say(`begin ${name}`)}; sleep 0.3; ${say(`end ${name}`)}`),
      name,
    }));
    await node.run(pod(node, "ordered", shell(`${say("main")}; exec sleep infinity`), { initContainers }));
    await node.container("ordered", ({ ready }) => ready);
    const poll = async () => {
      const logs = await Promise.all(["one", "two", "main"].map((each) => node.log("ordered", each)));
      const lines = logs.flatMap((log) => log.trim().split("\n")).toSorted();
      return [lines.length === 5 && logs[2] !== "", lines.map((line) => line.replace(/^\d+ /, ""))] as const;
    };
    const [, order] = await node.machine.until(poll, { what: "five words" });
    expect(order).toEqual(["begin one", "end one", "begin two", "end two", "main"]);
    const status = (await node.get("ordered"))?.status;
    expect(status?.initContainerStatuses).toMatchObject(
      ["one", "two"].map((name) => ({
        name,
        ready: true,
        restartCount: 0,
        state: { terminated: { exitCode: 0, reason: "Completed" } },
      })),
    );
    expect(status?.phase).toBe("Running");
  });

  test("that fail fail a pod that is not to be restarted, and nothing else of it runs", async () => {
    const initContainers = [{ name: "bad", image: "host", command: ["sh", "-c", "exit 4"] }];
    await node.run(pod(node, "spoilt", shell("echo main"), { initContainers, restartPolicy: "Never" }));
    const status = await node.until("spoilt", (seen) => seen?.status?.phase === "Failed" && seen.status);
    expect(status.initContainerStatuses).toMatchObject([{ state: { terminated: { exitCode: 4, reason: "Error" } } }]);
    expect(status.containerStatuses).toMatchObject([{ state: { waiting: { reason: "PodInitializing" } } }]);
    expect(await node.log("spoilt")).toBe("");
  });

  test("that fail are tried again, until they succeed", async () => {
    // The one place that a container shares with its next run.
    const script = "test -e /dev/shm/tried || { touch /dev/shm/tried; exit 1; }";
    const initContainers = [{ name: "second-try", image: "host", ...shell(script) }];
    await node.run(pod(node, "patient", SLEEP, { initContainers, hostIPC: true }));
    await node.container("patient", ({ ready }) => ready);
    const { initContainerStatuses } = (await node.get("patient"))?.status ?? {};
    expect(initContainerStatuses).toMatchObject([{ restartCount: 1, ready: true }]);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Node } from "../../support/node.ts";
import { ImageNode } from "../support/image-node.ts";
import { type Container, pod, shell } from "../support/manifests.ts";

const BUSYBOX = "127.0.0.1:5000/busybox:1";
const NEVER = { restartPolicy: "Never" };

let node: Node;

beforeAll(async () => {
  const images = await ImageNode.start("image-output", { settings: { watch: "yes" }, servingCertificate: true });
  ({ node } = images);
  await images.pushBusybox({ Env: ["PATH=/bin"] });
});

afterAll(() => node[Symbol.asyncDispose]());

const script = (text: string, rest: Container = {}) => shell(text, { image: BUSYBOX, ...rest });
const logs = (name: string) => node.kubectl("logs", name);

async function waitForLog(name: string, text: string): Promise<void> {
  const poll = async () => {
    const seen = await logs(name);
    return [seen === text, seen] as const;
  };
  await node.machine.until(poll, { what: `${JSON.stringify(text)} in the log of ${name}` });
}

/** What is in the container's cgroup and below. */
async function processes(name: string): Promise<string[]> {
  const { stdout } = await node.exec(["systemd-cgls", "--no-pager", "--full", `--unit=${node.unit(name)}`]);
  return [...stdout.matchAll(/[├└]─ *\d+ (.*)$/gm)].map(([, command]) => command ?? "");
}

const READER = "container-log ";

async function waitForNoReader(name: string): Promise<void> {
  const poll = async () => {
    const seen = await processes(name);
    return [!seen.some((each) => each.includes(READER)), seen] as const;
  };
  await node.machine.until(poll, { what: `${name} with its own processes only` });
}

/** Lets a container go on that waits for it by `WAIT`. */
const next = (name: string) => node.kubectl("exec", name, "--", "touch", "/next");
const WAIT = "until rm /next 2>/dev/null; do sleep 0.1; done";

test("no helper stays with a silent container, and its later output is logged", async () => {
  await node.run(pod(node, "quiet", script(`echo one; ${WAIT}; echo two; exec sleep 1000`)));
  await waitForLog("quiet", "one\n");
  await waitForNoReader("quiet");
  await next("quiet");
  await waitForLog("quiet", "one\ntwo\n");
  await waitForNoReader("quiet");
  const own = async () => (await processes("quiet")).join();
  await node.machine.until(async () => [(await own()) === "sleep 1000", await own()], { what: "the sleep alone" });
  const readers = async () => (await node.exec("pgrep -fc 'container-[l]og ' || true")).stdout;
  await node.machine.until(async () => [(await readers()) === "0\n", await readers()], { what: "no reader" });
});

test("the whole output of short-lived containers is logged when their end is reported", async () => {
  const names = Array.from({ length: 12 }, (_, at) => `quick-${at}`);
  const text = (at: number) =>
    `i=0; while [ $i -lt 4000 ]; do i=$((i + 1)); echo a line, number $i; done; exit ${at % 3}`;
  const lines = Array.from({ length: 4000 }, (_, at) => `a line, number ${at + 1}\n`).join("");
  await node.run(...names.map((name, at) => pod(node, name, script(text(at)), NEVER)));
  for (const [at, name] of names.entries()) {
    const ended = await node.container(name, ({ state }) => state?.terminated);
    expect([ended.state?.terminated?.exitCode, (await logs(name)) === lines]).toEqual([at % 3, true]);
  }
});

test.for([
  ["root", 0],
  ["another user", 1234],
] as const)("log files that are standard output, for %s", async ([who, runAsUser]) => {
  const name = `files-${who.replaceAll(" ", "-")}`;
  const text = "echo 1; echo 2 >/dev/stdout; echo 3 >>/proc/self/fd/2; echo 4 >>/dev/stderr; echo 5";
  await node.run(pod(node, name, script(text, { securityContext: { runAsUser } }), NEVER));
  await node.until(name, (seen) => seen?.status?.phase === "Succeeded");
  expect(await logs(name)).toBe("1\n2\n3\n4\n5\n");
});

test("an init container's output is as complete", async () => {
  const init = { name: "init", ...script("busybox yes line | head -n 20000") };
  await node.run(pod(node, "init", script("echo main"), { ...NEVER, initContainers: [init] }));
  await node.until("init", (seen) => seen?.status?.phase === "Succeeded");
  expect(await node.kubectl("logs", "init", "-c", "init")).toBe("line\n".repeat(20_000));
});

test("the log reader may be killed, even within a line", async () => {
  await node.run(pod(node, "killed", script(`echo one; printf half; ${WAIT}; echo " and half"; exec sleep 1000`)));
  // Only the whole line is in the journal.
  await waitForLog("killed", "one\n");
  await node.machine.until(async () => (await processes("killed")).some((each) => each.includes(READER)), {
    what: "somebody who waits for the rest of the line",
  });
  await node.exec(["pkill", "--signal=KILL", "--full", READER]);
  await next("killed");
  await waitForLog("killed", "one\nhalf and half\n");
});

test("100 MB, as fast as it can, arrive as they were written", async () => {
  const line = "x".repeat(9_992);
  await node.run(pod(node, "much", script(`busybox yes ${line} | head -n 10000 | cat -n`), NEVER));
  await node.until("much", (seen) => seen?.status?.phase === "Succeeded", { timeout: 200_000 });
  const written = `yes ${line} | head -n 10000 | cat -n | cksum`;
  const read = `journalctl --namespace=unitlet.${node.namespace} -q -o cat _TRANSPORT=stdout _SYSTEMD_UNIT=${node.unit("much")} | cksum`;
  const digest = async (command: string) => (await node.machine.exec(command, { timeout: 120_000 })).stdout;
  expect(await digest(read)).toBe(await digest(written));
});

describe("what systemd does meanwhile", () => {
  test.for(["daemon-reload", "daemon-reexec"])("%s", async (verb) => {
    await node.run(pod(node, verb, script(`echo one; ${WAIT}; echo two; ${WAIT}; echo three; exec sleep 1000`)));
    await waitForLog(verb, "one\n");
    await node.exec(["systemctl", verb]);
    await next(verb);
    await waitForLog(verb, "one\ntwo\n");
    await waitForNoReader(verb);
    await node.exec(["systemctl", verb]);
    await next(verb);
    await waitForLog(verb, "one\ntwo\nthree\n");
  });
});

test("/run may be emptied: a container that runs is heard, one that starts finds a pipe", async () => {
  await node.run(pod(node, "emptied", script(`echo one; ${WAIT}; echo two; ${WAIT}; exit 1`)));
  await waitForLog("emptied", "one\n");
  await waitForNoReader("emptied");
  await node.exec("rm -r /run/unitlet/log /run/unitlet/pods/*/main.output");
  await next("emptied");
  await waitForLog("emptied", "one\ntwo\n");
  await next("emptied");
  await node.container("emptied", ({ restartCount, state }) => restartCount > 0 && state?.running);
  await waitForLog("emptied", "one\n");
});

test("nothing is left when the pods are gone", async () => {
  await node.kubectl("delete", "pods", "--all");
  const left =
    "systemctl list-units --plain --no-legend --all 'unitlet-log@*'; ls /run/unitlet/log; pgrep -fl 'container-[l]og '";
  const poll = async () => {
    const { stdout } = await node.machine.exec(left, { allowFailure: true });
    return [stdout === "", stdout] as const;
  };
  await node.machine.until(poll, { what: "no unit and no pipe" });
  // A failed run is followed by one that is none.
  await node.machine.until(() => node.exec("systemctl is-system-running"), { what: "no unit that has failed" });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { countRetry } from "../../support/retries.ts";
import { type Container, pod, shell } from "../support/manifests.ts";

let node: Node;

const FALLBACK: Container = { terminationMessagePolicy: "FallbackToLogsOnError" };
const LINES = "i=0; while [ $((i = i + 1)) -le 100 ]; do echo line $i; done";

/** name → container, and what its status says in the end. */
const pods: Readonly<Record<string, readonly [Container, string | undefined]>> = {
  "says-it": [shell("printf 'so long\\n' >/dev/termination-log"), "so long\n"],
  elsewhere: [shell("printf bye >/tmp/last-words", { terminationMessagePath: "/tmp/last-words" }), "bye"],
  "as-a-user": [shell("id -u >/dev/termination-log", { securityContext: { runAsUser: 1234 } }), "1234\n"],
  "too-long": [
    shell("head -c 5000 /dev/zero | tr '\\0' x >/dev/termination-log; printf end >>/dev/termination-log"),
    `${"x".repeat(4093)}end`,
  ],
  "says-nothing": [shell("echo to the log; exit 1"), undefined],
  "log-after-failure": [
    shell(`${LINES}; exit 1`, FALLBACK),
    `${Array.from({ length: 80 }, (_, i) => `line ${i + 21}`).join("\n")}\n`,
  ],
  "log-and-words": [shell("echo to the log; echo words >/dev/termination-log; exit 1", FALLBACK), "words\n"],
  "log-without-newline": [shell("echo to the log; printf 'no newline'; exit 1", FALLBACK), "to the log\nno newline"],
  "log-of-one-long-line": [
    shell("head -c 50000 /dev/zero | tr '\\0' x; printf 'y\\0z\\n'; exit 1", FALLBACK),
    `${"x".repeat(2048 - 4)}y\0z\n`,
  ],
  "log-after-success": [shell("echo to the log", FALLBACK), undefined],
};

const AGAIN = "if [ -e /tmp/x ]; then sleep infinity; fi; echo first >/dev/termination-log; exit 1";

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "words");
  const all = Object.entries(pods).map(([name, [container]]) => pod(node, name, container, { restartPolicy: "Never" }));
  const restarts = pod(node, "again", shell(AGAIN.replace("/tmp/x", "/run/never")));
  await node.run(...all, restarts);
});

afterAll(() => node[Symbol.asyncDispose]());

test.each(Object.entries(pods).map(([name, [, words]]) => [name, words] as const))("%s", async (name, words) => {
  const [container] = pods[name] ?? [];
  let message = await messageOf(name);
  // See lateMessage.
  if (message !== words && container?.terminationMessagePolicy === FALLBACK.terminationMessagePolicy) {
    countRetry("the end of a log", `the message of ${name}`);
    await node.run(pod(node, `${name}-again`, container ?? {}, { restartPolicy: "Never" }));
    message = await messageOf(`${name}-again`);
  }
  expect(message).toBe(words);
});

async function messageOf(name: string): Promise<string | undefined> {
  return (await node.container(name, ({ state }) => state?.terminated)).state?.terminated?.message;
}

/** What is said of a pod whose last lines the journal takes in only when its end is being recorded. */
async function lateMessage(name: string): Promise<string | undefined> {
  const container = shell("echo begun; echo over; exit 1", FALLBACK);
  await node.exec("systemctl kill --signal=STOP systemd-journald");
  await node.apply(pod(node, name, container, { restartPolicy: "Never", terminationGracePeriodSeconds: 30 }));
  const uid = (await node.get(name))?.metadata?.uid;
  const recording = `pgrep -f '[j]ournalctl --sync' || test -e /var/lib/unitlet/pods/${uid}/main.exits`;
  await node.exec(`until ${recording}; do sleep 0.05; done; systemctl kill --signal=CONT systemd-journald`);
  return await messageOf(name);
}

test("the end of the log is whole, also when the journal is late", async () => {
  // The helper waits for the journal for a limited time: a host that is stalled just then may need a second try.
  let message = await lateMessage("late");
  if (message === undefined) {
    countRetry("the end of a log", "the message is missing");
    message = await lateMessage("late-again");
  }
  expect(message).toBe("begun\nover\n");
});

test("each end has its own words", async () => {
  const { lastState } = await node.container("again", ({ restartCount }) => restartCount > 0);
  expect(lastState?.terminated?.message).toBe("first\n");
});

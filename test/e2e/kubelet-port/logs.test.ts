import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import {
  asApiServer,
  installServingCertificate,
  requestKubelet,
  waitForServerExit,
} from "../support/kubelet-client.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "logs", { settings: { kubeletIdleTimeout: "1s" } });
  await installServingCertificate(node);
  await node.run(pod(node, "first", shell("echo hello; exec sleep infinity")));
  await node.container("first", ({ ready }) => ready);
});

afterAll(() => node[Symbol.asyncDispose]());

const logs = (...args: string[]) => node.kubectl("logs", ...args);

/** What kubectl says when it does not get them. */
async function refused(...args: string[]): Promise<string> {
  return await logs(...args).then(
    (text) => `not refused: ${text}`,
    (error: Error) => error.message,
  );
}

async function finished(name: string, script: string): Promise<void> {
  await node.run(pod(node, name, shell(script), { restartPolicy: "Never" }));
  await node.until(name, (seen) => seen?.status?.phase === "Succeeded", { every: 50 });
}

describe("every flag of kubectl logs", () => {
  const LINES = Array.from({ length: 30 }, (_, at) => `line ${at + 1}`);

  beforeAll(() =>
    finished("lines", "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i; [ $((i % 10)) != 0 ] || sleep 1.1; done"),
  );

  test.each<[string[], readonly string[]]>([
    [[], LINES],
    [["--tail=3"], LINES.slice(-3)],
    [["--tail=0"], []],
    [["--tail=1000"], LINES],
    [["--since=1h"], LINES],
    [["--since-time=2099-01-01T00:00:00Z"], []],
    [["--follow"], LINES],
    [["--follow", "--tail=2"], LINES.slice(-2)],
    [["--all-containers", "--prefix", "--tail=1"], ["[pod/lines/main] line 30"]],
  ])("%j", async (flags, expected) => {
    expect(await logs("lines", ...flags)).toBe(expected.map((line) => `${line}\n`).join(""));
  });

  test("--limit-bytes cuts at the byte", async () => {
    expect(await logs("lines", "--limit-bytes=10")).toBe("line 1\nlin");
  });

  test("--timestamps, and what they say is what --since-time understands", async () => {
    const lines = (await logs("lines", "--timestamps")).trimEnd().split("\n");
    expect(lines.every((line) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z line \d+$/.test(line))).toBe(true);
    // The API server hands on whole seconds.
    const later = lines[20]?.replace(/\.\d+Z.*/, "Z") ?? "";
    const expected = lines.filter((line) => line >= later.replace("Z", "")).map((line) => line.replace(/^\S+ /, ""));
    expect(expected.length).toBeLessThan(30);
    expect(await logs("lines", `--since-time=${later}`)).toBe(expected.map((line) => `${line}\n`).join(""));
  });
});

describe("which run of a container", () => {
  test("the one before, and the one now", async () => {
    const script =
      "test -e /dev/shm/again && { echo second; exec sleep infinity; }; touch /dev/shm/again; echo first; exit 3";
    await node.run(pod(node, "again", shell(script), { hostIPC: true }));
    await node.container("again", ({ ready, restartCount }) => ready && restartCount === 1);
    // A container is ready before its program has written anything.
    await node.machine.until(async () => (await logs("again")) === "second\n", { what: "the second run's words" });
    expect(await logs("again", "--previous")).toBe("first\n");
    expect(await refused("first", "--previous")).toContain(
      'previous terminated container "main" in pod "first" not found',
    );
  });

  test("an init container that has ended, and a container that waits for it", async () => {
    const script = "echo init; until test -e /dev/shm/initiated; do sleep 0.1; done";
    const initContainers = [{ name: "before", image: "host", ...shell(script) }];
    await node.run(pod(node, "initiated", SLEEP, { initContainers, hostIPC: true }));
    await node.container("initiated", ({ state }) => state?.running, "before");
    expect(await refused("initiated")).toContain(
      'container "main" in pod "initiated" is waiting to start: PodInitializing',
    );
    await node.exec("touch /dev/shm/initiated");
    await node.container("initiated", ({ ready }) => ready);
    expect(await logs("initiated", "-c", "before")).toBe("init\n");
  });

  test("never that of an earlier pod of the same name", async () => {
    await finished("same", "echo old");
    await node.kubectl("delete", "pod", "same");
    await node.run(pod(node, "same", shell("echo new; exec sleep infinity")));
    await node.container("same", ({ ready }) => ready);
    await node.machine.until(async () => [(await logs("same")) === "new\n", await logs("same")], { what: "its words" });
  });

  test("complete as soon as the pod is reported to have succeeded", async () => {
    const names = Array.from({ length: 8 }, (_, at) => `quick-${at}`);
    await node.run(...names.map((name) => pod(node, name, shell("seq 1 8000"), { restartPolicy: "Never" })));
    const expected = Array.from({ length: 8000 }, (_, at) => `${at + 1}\n`).join("");
    const seen = names.map(async (name) => {
      await node.until(name, (each) => each?.status?.phase === "Succeeded", { every: 50 });
      return await logs(name);
    });
    expect((await Promise.all(seen)).map((text) => text === expected)).toEqual(names.map(() => true));
  });
});

describe("following", () => {
  test("ends with the container, with its last words", async () => {
    const script = "echo begin; until test -e /dev/shm/over; do sleep 0.1; done; echo -n end";
    await node.run(pod(node, "ending", shell(script), { restartPolicy: "Never", hostIPC: true }));
    await node.container("ending", ({ ready }) => ready);
    const whole = logs("--follow", "ending");
    const reads = async () => (await node.exec("pgrep -c journalctl || :")).stdout !== "0\n";
    await node.machine.until(reads, { what: "somebody who follows" });
    await node.exec("touch /dev/shm/over");
    expect(await whole).toBe("begin\nend");
  });

  test("leaves no process behind when the client goes", async () => {
    const path = `/containerLogs/${node.namespace}/first/main?follow=true`;
    // On a busy host the client may be killed before it has received anything.
    const goes = async () => {
      const { status, body } = await requestKubelet(node, path, [...asApiServer(node), "-m", "1"]);
      return [status === 0 && body === "hello\n", status, body];
    };
    await node.machine.until(goes, { what: "a client that goes when it has read" });
    await waitForServerExit(node);
  });
});

test("the next process starts from the compiled code that an earlier one has stored", async () => {
  const stored = async () => {
    expect(await logs("first")).toBe("hello\n");
    await waitForServerExit(node);
    return (await node.exec("stat -c '%a %i' /run/unitlet-api/serve.*")).stdout;
  };
  const first = await stored();
  expect(first).toMatch(/^600 \d+\n$/);
  expect(await stored()).toBe(first);
});

test("--tail is exact and whole while lines are written", async () => {
  const script =
    'perl -e \'$| = 1; $n = 0; while (1) { printf "line %d %s\\n", ++$n, "x" x 60 for 1 .. 20; select undef, undef, undef, 0.01 }\'';
  await node.run(pod(node, "writes", shell(script)));
  await node.container("writes", ({ ready }) => ready);
  await node.machine.until(async () => (await logs("writes", "--tail=300")).split("\n").length > 300, {
    what: "300 lines",
  });
  for (const count of [1, 200, 250]) {
    const text = await logs("writes", `--tail=${count}`);
    expect(text).toMatch(/^(line \d+ x{60}\n)+$/);
    expect(text.trimEnd().split("\n")).toHaveLength(count);
  }
  await node.kubectl("delete", "pod", "writes", "--grace-period=1");
});

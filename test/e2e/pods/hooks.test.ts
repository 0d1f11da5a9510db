import type { CoreV1Event, V1LifecycleHandler } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { eventsOf } from "../support/events.ts";
import { type Container, pod, shell } from "../support/manifests.ts";
import { isReady, waitForPods } from "../support/wait-for-pods.ts";

let node: Node;

const run = (script: string): V1LifecycleHandler => ({ exec: { command: ["sh", "-c", script] } });
const note = (word: string) => `echo ${word} $(date +%s.%N) >>/tmp/log`;

/** No test can pass by waiting for the end of such a grace period. */
const HOUR = 3600;

/** Prints, when it gets TERM, what has been noted down, and the time. */
const TELLS = shell(
  "trap 'cat /tmp/log; echo term $(date +%s.%N); exit' TERM; touch /tmp/log; while :; do sleep 0.05; done",
);
const DEAF = shell("trap '' TERM; echo begun $(date +%s.%N); while :; do sleep 0.05; done");

const SERVER = `
const http = require("node:http");
http.createServer((request, response) => {
  console.log(request.url, request.headers["user-agent"]);
  response.writeHead(request.url === "/pre" ? 500 : 200).end();
}).listen(7301);
`;

const pods: Readonly<Record<string, readonly [Container, number]>> = {
  hooks: [
    {
      ...TELLS,
      lifecycle: {
        postStart: run(`${note("post-start")}; echo $WHO >>/tmp/log`),
        preStop: run(`${note("pre-stop")}; sleep 1; ${note("pre-stop-end")}`),
      },
      env: [{ name: "WHO", value: "me" }],
    },
    30,
  ],
  sleeps: [{ ...TELLS, lifecycle: { preStop: { sleep: { seconds: 1 } } } }, 30],
  "http-hooks": [
    {
      command: ["sh", "-c", 'exec /usr/local/lib/unitlet/node -e "$0"', SERVER],
      ports: [{ name: "web", containerPort: 7301 }],
      lifecycle: {
        postStart: run("until curl -s localhost:7301/ready; do sleep 0.1; done"),
        preStop: { httpGet: { port: "web", path: "/pre" } },
      },
    },
    30,
  ],
  "too-slow": [{ ...TELLS, lifecycle: { preStop: { sleep: { seconds: 3 } } } }, 3],
  // With two grace periods one after the other, of the hook and of the signal, "deaf" would end last.
  deaf: [{ ...DEAF, lifecycle: { preStop: run("sleep 12") } }, 14],
  "deaf-without-hook": [DEAF, 24],
  hurried: [
    { ...TELLS, lifecycle: { preStop: run(`${note("pre-stop")}; sleep ${HOUR}; ${note("pre-stop-end")}`) } },
    HOUR,
  ],
  "bad-post-start": [{ ...TELLS, lifecycle: { postStart: run("exit 1") } }, 2],
  "bad-pre-stop": [{ ...TELLS, lifecycle: { preStop: run("exit 1") } }, 30],
};

const DELETED = Object.keys(pods).filter((name) => name !== "hurried" && name !== "bad-post-start");

/** Seconds since the epoch. */
let deletedAt: number;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "hooks");
  await node.run(
    ...Object.entries(pods).map(([name, [container, terminationGracePeriodSeconds]]) =>
      pod(node, name, container, { terminationGracePeriodSeconds }),
    ),
  );
  await waitForPods(node, [...DELETED, "hurried"], isReady);
  deletedAt = Number((await node.exec("date +%s.%N")).stdout);
  await node.kubectl("delete", "pod", "--wait=false", ...DELETED, "hurried");
  await node.sync();
});

afterAll(() => node[Symbol.asyncDispose]());

/** "word time" lines, the time in seconds since the delete. */
async function hookTimes(name: string): Promise<Record<string, number>> {
  const lines = (await node.log(name)).trim().split("\n");
  return Object.fromEntries(
    lines.map((line) => {
      const [word = "", time] = line.split(" ");
      return [word, Number(time) - deletedAt];
    }),
  );
}

const gone = (name: string) => node.until(name, (object) => object === undefined);

const hasEvent = (name: string, wanted: string) =>
  node.machine.until(
    async () => {
      const list = await node.kubectl("get", "events", `--field-selector=involvedObject.name=${name}`, "-o", "json");
      const all = (JSON.parse(list).items as CoreV1Event[]).map(({ reason, message }) => `${reason}: ${message}`);
      return [all.includes(wanted), all];
    },
    { what: `event ${wanted} of ${name}` },
  );

test("a second delete with a shorter grace period ends a hook that runs", async () => {
  await node.machine.until(() => node.exec(`pgrep -xf 'sleep ${HOUR}'`), { what: "the hook to run" });
  await node.kubectl("delete", "pod", "hurried", "--grace-period=2", "--wait=false");
  await node.sync();
  await gone("hurried");
  expect(Object.keys(await hookTimes("hurried"))).toEqual(["pre-stop", "term"]);
});

test("hooks run with the container's files and variables, and the signal comes after them", async () => {
  await gone("hooks");
  const times = await hookTimes("hooks");
  expect(Object.keys(times)).toEqual(["post-start", "me", "pre-stop", "pre-stop-end", "term"]);
  expect(times["pre-stop"]).toBeGreaterThan(0);
  expect(times.term).toBeGreaterThan((times["pre-stop"] ?? 0) + 1);
});

test("a hook may sleep", async () => {
  await gone("sleeps");
  expect((await hookTimes("sleeps")).term).toBeGreaterThan(1);
});

test("a hook may be a request: it is sent once, and a status of 500 is no failure", async () => {
  await gone("http-hooks");
  const requests = (await node.log("http-hooks")).replace(/curl\/\S+/, "curl");
  expect(requests).toBe("/ready curl\n/pre kube-lifecycle/1.36\n");
  // An Event of the other pod shows that those of hooks have been written.
  await hasEvent("bad-pre-stop", "FailedPreStopHook: PreStopHook failed");
  expect((await eventsOf(node, "http-hooks")).filter((event) => event.includes("Hook"))).toEqual([]);
});

test("a hook that takes the whole grace period leaves the program time to end", async () => {
  await gone("too-slow");
  const { term } = await hookTimes("too-slow");
  expect(term).toBeGreaterThan(2.5);
});

/** Seconds since the delete. */
async function endOf(name: string): Promise<number> {
  await gone(name);
  const { stdout } = await node.exec(
    `journalctl --sync; journalctl --quiet --output=short-unix --unit='unitlet.*.${name}.*' --grep='Deactivated|killed|Stopped'`,
  );
  return Number(stdout.trim().split("\n").at(-1)?.split(" ")[0]) - deletedAt;
}

test("hook and signal share one grace period", async () => {
  const [withHook, without] = [await endOf("deaf"), await endOf("deaf-without-hook")];
  expect(withHook).toBeGreaterThan(13.5);
  expect(withHook).toBeLessThan(without);
});

test("a hook that fails at the start ends the container, and its owner hears of it", async () => {
  await hasEvent("bad-post-start", "FailedPostStartHook: PostStartHook failed");
  await node.container("bad-post-start", ({ restartCount }) => restartCount > 0);
});

test("a hook that fails at the end ends nothing else, and its owner hears of it", async () => {
  await gone("bad-pre-stop");
  await hasEvent("bad-pre-stop", "FailedPreStopHook: PreStopHook failed");
  expect(Object.keys(await hookTimes("bad-pre-stop"))).toEqual(["term"]);
});

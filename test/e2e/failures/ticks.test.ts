import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunCounts } from "../../../src/io/run-counts.ts";
import { Cluster } from "../../support/cluster.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP } from "../support/manifests.ts";

const MARKS = "/run/unitlet/unchanged";
const SKIPPED = "/run/unitlet/skipped-runs";

let proxy: FaultProxy;
let node: Node;

beforeAll(async () => {
  const cluster = await Cluster.up();
  proxy = await FaultProxy.start(cluster);
  node = await Node.join(cluster, "node-60", { proxy, timerInterval: "1h" });
  await node.run(pod(node, "sleeps", SLEEP));
  await node.container("sleeps", ({ ready }) => ready);
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

beforeEach(async () => {
  proxy.clear();
  await node.exec(
    "cd /usr/local/lib/unitlet; [ ! -e run-needed.away ] || mv run-needed.away run-needed; chmod a+x /usr/bin/curl",
  );
  await settle();
});

/** Until a full run has left marks. The lease is then fresh for long enough for a test. */
async function settle(): Promise<void> {
  const poll = async () => {
    await node.exec("rm -f /run/unitlet/lease");
    await node.syncWithoutCache();
    return (
      await node.exec(
        `[ -e ${MARKS} ] && [ ! -e /run/unitlet/sync-requested ] && echo yes || cat /run/unitlet/problem.* 2>&1`,
      )
    ).stdout;
  };
  const probe = async (): Promise<[boolean, string]> => {
    const seen = await poll();
    return [seen === "yes\n", seen];
  };
  await node.machine.until(probe, { what: "marks", every: 1000 });
}

/** Starts the service as the timer does. Returns true when that has started a process of Node. */
async function tick(): Promise<boolean> {
  const script = `touch /run/unitlet/lease; rm -f ${SKIPPED}; systemctl start unitlet-sync || echo failed; cat ${SKIPPED} | wc -l`;
  const { stdout } = await node.exec(script);
  expect(stdout).toMatch(/^[01]\n$/);
  return stdout === "0\n";
}

describe("a tick with nothing to do", () => {
  test("starts no process of Node, ends well and says nothing", async () => {
    const before = await node.journal();
    expect([await tick(), await tick()]).toEqual([false, false]);
    const { stdout } = await node.exec("systemctl is-failed unitlet-sync; systemctl is-active unitlet-sync.path");
    expect(stdout).toBe("inactive\nactive\n");
    expect(await node.journal()).toBe(before);
  });

  test("is counted as a run that has found nothing", async () => {
    const counts = async () => {
      const { value } = JSON.parse(await node.machine.read("/run/unitlet/runs.json")) as { value: RunCounts };
      return value.outcomes;
    };
    const { unchanged, done } = await counts();
    await node.exec("touch /run/unitlet/lease; systemctl start unitlet-sync");
    const skipped = Number((await node.exec(`wc -l <${SKIPPED}; rm /run/unitlet/fast-path.json`)).stdout);
    await node.exec("systemctl start unitlet-sync");
    expect(skipped).toBeGreaterThan(0);
    expect(await counts()).toMatchObject({ unchanged: unchanged + skipped, done: done + 1 });
    expect((await node.exec(`[ -e ${SKIPPED} ] || echo none`)).stdout).toBe("none\n");
  });

  test("shows the token to no other user", async () => {
    const token = /token: ([^}\s]+)/.exec(await node.machine.read("/etc/unitlet/kubeconfig"))?.[1] ?? "none";
    const spy = '#!/bin/sh\nprintf \'%s\\n\' "$@" >/root/seen; env >>/root/seen; exec /usr/bin/curl "$@"\n';
    await node.machine.write("/usr/local/sbin/curl", spy, 0o755);
    expect(await tick()).toBe(false);
    const { stdout } = await node.exec("rm /usr/local/sbin/curl; cat /root/seen");
    expect(stdout).toContain("/run/unitlet/list.curl");
    expect(stdout).not.toContain(token);
    const { stdout: modes } = await node.exec("stat -c %a /run/unitlet/list.* /run/unitlet/unchanged | sort -u");
    expect(modes).toBe("600\n");
  });
});

describe("a tick starts a run", () => {
  test.each([
    ["when a unit file was changed", () => node.exec(`echo >>/etc/systemd/system/${node.unit("sleeps")}`)],
    ["when a unit got a drop-in", () => dropIn()],
    ["when a run was requested", () => node.exec("touch /run/unitlet/sync-requested")],
    ["when the configuration was changed", () => node.exec("touch /etc/unitlet/unitlet.conf")],
    ["when the answer of the fast path is missing", () => node.exec("rm /run/unitlet/fast-path.json")],
    ["when the container has another invocation", () => node.exec(["systemctl", "restart", node.unit("sleeps")])],
    ["when there is no curl", () => node.exec("chmod a-x /usr/bin/curl")],
    ["when the code was replaced", () => node.exec("cd /usr/local/lib/unitlet; cp run.cjs .new; mv .new run.cjs")],
    ["when its own helper is missing", () => node.exec("cd /usr/local/lib/unitlet; mv run-needed run-needed.away")],
    ["when its own helper breaks down", () => breakHelper()],
    ["when a pod has a new label", () => node.kubectl("label", "pod", "sleeps", `at=${Date.now()}`)],
  ])("%s", async (_, change) => {
    expect(await tick()).toBe(false);
    await change();
    expect(await tick()).toBe(true);
  });

  test.each([401, 403, 429, 500, 503])("when the API server answers the list with %i", async (status) => {
    expect(await tick()).toBe(false);
    proxy.on(({ path }) =>
      path.startsWith("/api/v1/pods") ? { status, body: { message: "the test says no" } } : undefined,
    );
    expect(await tick()).toBe(true);
    await node.machine.until(
      async () => [(await node.journal()).includes(`: ${status} the test says no`), await node.journal()],
      { what: "the reason" },
    );
  });

  test("when the API server is away, and all of it is as it was once it is back", async () => {
    proxy.on(() => ({ reset: true }));
    expect(await tick()).toBe(true);
    proxy.clear();
    await settle();
    expect(await tick()).toBe(false);
  });
});

async function dropIn(): Promise<void> {
  const directory = `/etc/systemd/system/${node.unit("sleeps")}.d`;
  await node.exec(`mkdir -p ${directory}; printf '[Service]\\nNice=5\\n' >${directory}/nice.conf`);
}

async function breakHelper(): Promise<void> {
  await node.exec(
    "cd /usr/local/lib/unitlet; mv run-needed run-needed.away; printf '#!/usr/bin/perl\\ndie;' >run-needed; chmod 755 run-needed",
  );
}

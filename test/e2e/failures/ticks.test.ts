import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunCounts } from "../../../src/io/run-counts.ts";
import { Cluster } from "../../support/cluster.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP } from "../support/manifests.ts";

const UNITS = "/etc/systemd/system";
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

/**
 * Until a tick needs no run. A run that was requested by what a test has changed may come after the first full run, and on a
 * busy computer the list may take longer than a tick waits.
 */
async function settle(): Promise<void> {
  const probe = async (): Promise<[boolean, string]> => {
    await node.exec("rm -f /run/unitlet/lease");
    await node.syncWithoutCache();
    return [!(await tick()), (await node.exec("cat /run/unitlet/problem.* 2>&1 || true")).stdout];
  };
  await node.machine.until(probe, { what: "a tick without a run", every: 1000 });
}

/** Starts the service as the timer does. Returns true when that has started a process of Node. */
async function tick(): Promise<boolean> {
  const script = `touch /run/unitlet/lease /run/unitlet/lease-renewed; rm -f ${SKIPPED}; systemctl start unitlet-sync || echo failed; cat ${SKIPPED} | wc -l`;
  const { stdout } = await node.exec(script);
  expect(stdout).toMatch(/^[01]\n$/);
  return stdout === "0\n";
}

describe("a tick with nothing to do", () => {
  test("starts no process of Node, ends well and says nothing", async () => {
    const before = await node.journal();
    await settle();
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
    await node.exec("rm /run/unitlet/fast-path.json; systemctl start unitlet-sync");
    expect(await counts()).toMatchObject({ unchanged: unchanged + 1, done: done + 1 });
    expect((await node.exec(`[ -e ${SKIPPED} ] || echo none`)).stdout).toBe("none\n");
  });

  test("shows the token to no other user", async () => {
    const token = /token: ([^}\s]+)/.exec(await node.machine.read("/etc/unitlet/kubeconfig"))?.[1] ?? "none";
    const spy = '#!/bin/sh\nprintf \'%s\\n\' "$@" >/root/seen; env >>/root/seen; exec /usr/bin/curl "$@"\n';
    await node.machine.write("/usr/local/sbin/curl", spy, 0o755);
    await settle();
    const { stdout } = await node.exec("rm /usr/local/sbin/curl; cat /root/seen");
    expect(stdout).toContain("/run/unitlet/list.curl");
    expect(stdout).not.toContain(token);
    const { stdout: modes } = await node.exec("stat -c %a /run/unitlet/list.* /run/unitlet/unchanged | sort -u");
    expect(modes).toBe("600\n");
  });
});

test("curl trusts the CA of the kubeconfig, and no other that the host trusts", async () => {
  const { stdout } = await node.exec(`cd /root
    openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out /etc/ssl/certs/rogue.pem -days 2 -subj /CN=rogue -addext subjectAltName=DNS:localhost 2>/dev/null
    ln -s rogue.pem /etc/ssl/certs/$(openssl x509 -noout -hash -in /etc/ssl/certs/rogue.pem).0
    sed 's|^url = .*|url = "https://localhost:9443/"|' /run/unitlet/list.curl >list.curl
    grep -v ^capath list.curl >careless.curl
    openssl s_server -accept 9443 -cert /etc/ssl/certs/rogue.pem -key key.pem -www >/dev/null 2>&1 & server=$!
    until openssl s_client -connect localhost:9443 </dev/null >/dev/null 2>&1; do sleep 0.1; done
    for file in careless.curl list.curl; do curl -q --config $file --output /dev/null --max-time 30; echo " $?"; done
    kill $server; rm /etc/ssl/certs/rogue.pem *.curl`);
  expect(stdout).toBe("\n200 0\n\n000 60\n");
});

describe("a tick starts a run", () => {
  test.each([
    ["when a unit file was changed", () => node.exec(`echo >>${UNITS}/${node.unit("sleeps")}`)],
    ["when a unit got a drop-in", () => dropIn()],
    [
      "when a unit has a file in another directory",
      () => node.exec(`cp ${UNITS}/${node.unit("sleeps")} /run/systemd/system`),
    ],
    ["when a unit has a copy for the next boot", () => copy()],
    [
      "when a link of a unit was removed",
      () => node.exec(`rm ${UNITS}/multi-user.target.wants/${node.unit("sleeps")}`),
    ],
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
    await stopPath();
    await change();
    expect(await tick()).toBe(true);
  });

  test.each([401, 403, 429, 500, 503])("when the API server answers the list with %i", async (status) => {
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
  });
});

test("a tick starts a run when a container was killed", async () => {
  await stopPath();
  const link = `/run/systemd/units/invocation:${node.unit("sleeps")}`;
  const before = await node.invocation("sleeps");
  await node.exec(["systemctl", "kill", "--signal=KILL", node.unit("sleeps")]);
  const isOver = async () =>
    (await node.machine.exec(["readlink", link], { allowFailure: true })).stdout !== `${before}\n`;
  await node.machine.until(isOver, { what: "the end of the container" });
  expect(await tick()).toBe(true);
});

test("a service that systemd cannot prepare, so that no run starts, is an error of `unitlet doctor`", async () => {
  const cache = "/var/cache/unitlet";
  await node.exec(`mv ${cache} ${cache}.away; touch ${cache}; systemctl start unitlet-sync`);
  const { stdout } = await node.machine.exec("unitlet doctor", { allowFailure: true });
  await node.exec(`rm ${cache}; mv ${cache}.away ${cache}`);
  expect(stdout).toMatch(
    /^error: last run: systemd could not start it \(status \d+\): journalctl -u unitlet-sync -n 20$/m,
  );
});

/** A requested run could be over before the tick. The next full run starts the unit again. */
async function stopPath(): Promise<void> {
  await node.exec("systemctl stop unitlet-sync.path");
}

async function dropIn(): Promise<void> {
  const directory = `${UNITS}/${node.unit("sleeps")}.d`;
  await node.exec(`mkdir -p ${directory}; printf '[Service]\\nNice=5\\n' >${directory}/nice.conf`);
}

async function copy(): Promise<void> {
  const directory = "/var/lib/unitlet/units";
  await node.exec(`mkdir -p ${directory}; cp ${UNITS}/${node.unit("sleeps")} ${directory}`);
}

async function breakHelper(): Promise<void> {
  await node.exec(
    "cd /usr/local/lib/unitlet; mv run-needed run-needed.away; printf '#!/usr/bin/perl\\ndie;' >run-needed; chmod 755 run-needed",
  );
}

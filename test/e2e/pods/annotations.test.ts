import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { type Container, pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;

const NOBODY = { runAsUser: 65534 };

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "annotations", { timerInterval: "1s" });
});

afterAll(() => node[Symbol.asyncDispose]());

async function run(name: string, annotations: object, container: Container | Container[], spec = {}): Promise<void> {
  const manifest = pod(node, name, container, spec) as { metadata: object };
  await node.run({ ...manifest, metadata: { ...manifest.metadata, annotations } });
}

test("limits that the pod asks for are those of the process", async () => {
  const once = shell("ulimit -Sn; ulimit -Hn; ulimit -c");
  await run("limits", { "unitlet.dev/ulimits": "nofile=1000:2000 core=0" }, once, { restartPolicy: "Never" });
  await node.until("limits", (seen) => seen?.status?.phase === "Succeeded");
  expect(await node.log("limits")).toBe("1000\n2000\n0\n");
});

test("a user of the host is called by name", async () => {
  await run("user", { "unitlet.dev/user": "games" }, shell("id -un; id -g"), { restartPolicy: "Never" });
  await node.until("user", (seen) => seen?.status?.phase === "Succeeded");
  const { stdout } = await node.exec("id -un games; id -g games");
  expect(await node.log("user")).toBe(stdout);
});

test("the next containers wait for one that notifies readiness", async () => {
  const database = shell("sleep 1; date +%s%N; systemd-notify --ready; exec sleep infinity", {
    name: "database",
    securityContext: NOBODY,
  });
  const web = shell("date +%s%N; exec sleep infinity", { name: "web" });
  await run("notify", { "unitlet.dev/notify.database": "yes", "unitlet.dev/start-after.web": "database" }, [
    web,
    database,
  ]);
  await node.container("notify", ({ ready }) => ready, "web");
  const time = async (name: string) =>
    BigInt(await node.machine.until(() => node.log("notify", name), { what: `the time of ${name}` }));
  expect(await time("web")).toBeGreaterThan(await time("database"));
});

test("a watchdog that is not fed ends the container", async () => {
  const lazy = shell("systemd-notify --ready; exec sleep infinity", { securityContext: NOBODY });
  await run("watchdog", { "unitlet.dev/notify": "yes", "unitlet.dev/watchdog": "1s" }, lazy);
  await node.container("watchdog", ({ restartCount }) => restartCount > 0);
});

test("pauses between restarts are as long as the pod says", async () => {
  await run("pauses", { "unitlet.dev/back-off": "1s 2s" }, shell("exit 1"));
  const status = await node.container("pauses", ({ restartCount }) => restartCount >= 4);
  expect(status.restartCount).toBeGreaterThanOrEqual(4);
  const { state } = await node.container("pauses", (seen) => seen.state?.waiting?.reason === "CrashLoopBackOff");
  expect(state?.waiting?.message).toMatch(/^back-off 2s restarting failed container=main /);
});

test("a change of a ConfigMap is a signal, not a restart", async () => {
  const map = (colour: string) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "map" },
    data: { colour },
  });
  await node.apply(map("blue"));
  const watching = shell("trap 'cat /run/map/colour; echo' HUP; echo begun; while :; do sleep 0.1; done", {
    volumeMounts: [{ name: "map", mountPath: "/run/map" }],
  });
  await run("reload", { "unitlet.dev/reload": "HUP" }, watching, {
    volumes: [{ name: "map", configMap: { name: "map" } }],
  });
  const says = (words: string) => node.machine.until(async () => (await node.log("reload")) === words, { what: words });
  await says("begun\n");
  const invocation = await node.invocation("reload");
  await node.apply(map("red"));
  await node.syncWithExpiredReferences();
  await says("begun\nred\n");
  expect(await node.invocation("reload")).toBe(invocation);
});

test("a word that is not understood fails the pod, and says what would be", async () => {
  await run("wrong", { "unitlet.dev/notify": "maybe" }, SLEEP);
  const { message } = await node.until("wrong", (seen) => seen?.status?.phase === "Failed" && seen.status);
  expect(message).toBe(
    'Pod was rejected: metadata.annotations[unitlet.dev/notify] is "maybe": expected yes or no; yes of a container that runs as root only if it is privileged',
  );
});

test("systemd listens for a container, and clients wait while it is restarted", async () => {
  // One answer for each connection, by the socket that was handed over.
  const server = shell(
    `exec perl -MIO::Socket::INET -e 'my $s = IO::Socket->new_from_fd(3, "r+"); while (1) { accept(my $c, $s); print $c "pid $$\\n"; close $c; }'`,
  );
  await run("listen", { "unitlet.dev/listen": "127.0.0.1:8088" }, server);
  await node.container("listen", ({ ready }) => ready);
  const ask = async () =>
    (await node.exec("perl -MIO::Socket::INET -e 'print readline(IO::Socket::INET->new(\"127.0.0.1:8088\"))'")).stdout;
  const before = await ask();
  expect(before).toMatch(/^pid \d+\n$/);
  await node.exec(["systemctl", "kill", "--kill-whom=main", "--signal=KILL", node.unit("listen")]);
  const after = await ask();
  expect(after).toMatch(/^pid \d+\n$/);
  expect(after).not.toBe(before);
  await node.kubectl("delete", "pod", "listen");
  const left =
    "systemctl list-units --all --plain --no-legend 'unitlet-socket.*'; ls /etc/systemd/system | grep ^unitlet-socket || true";
  const poll = async () => {
    const { stdout } = await node.exec(left);
    return [stdout === "", stdout];
  };
  await node.machine.until(poll, { what: "nothing to be left of it" });
});

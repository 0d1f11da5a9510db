import type { V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { type Container, pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "deletion");
});

afterAll(() => node[Symbol.asyncDispose]());

const POLITE = shell("trap 'echo got TERM; sleep 0.5; echo bye; exit 0' TERM; echo up; while :; do sleep 0.1; done");
const STUBBORN = shell("trap 'echo got TERM' TERM; echo up; while :; do sleep 0.1; done");

/** No test can pass by waiting for the end of such a grace period. */
const HOUR = 3600;

/** Until it has said that it is up: before that a shell has no trap. */
async function startPod(name: string, container: Container, spec: object = {}): Promise<void> {
  await node.run(pod(node, name, container, spec));
  await node.machine.until(async () => (await node.log(name)).startsWith("up"), { what: `${name} to be up` });
}

/** Deletes a pod, waits until the object is gone, and returns how many seconds that took. */
async function deletePod(name: string, ...flags: string[]): Promise<number> {
  const start = performance.now();
  await node.kubectl("delete", "pod", name, "--wait=false", ...flags);
  await node.sync();
  await node.kubectl("wait", `pod/${name}`, "--for=delete", "--timeout=150s");
  return (performance.now() - start) / 1000;
}

describe("a container that gets TERM", () => {
  test("has the time to", async () => {
    await startPod("polite", POLITE, { terminationGracePeriodSeconds: HOUR });
    await deletePod("polite");
    expect(await node.log("polite")).toBe("up\ngot TERM\nbye\n");
  });

  test("has longer when the delete says so", async () => {
    const slow = shell("trap 'sleep 3; echo bye; exit 0' TERM; echo up; while :; do sleep 0.1; done");
    await startPod("slow", slow, { terminationGracePeriodSeconds: 1 });
    await deletePod("slow", "--grace-period=60");
    expect(await node.log("slow")).toBe("up\nbye\n");
  });

  test("and is deleted by force in the middle of an hour, has two seconds", async () => {
    await startPod("forced-late", STUBBORN, { terminationGracePeriodSeconds: HOUR });
    await node.kubectl("delete", "pod", "forced-late", "--wait=false");
    await node.sync();
    await node.kubectl("delete", "pod", "forced-late", "--force", "--grace-period=0");
    await node.sync();
    const state = () => node.show("forced-late", "ActiveState");
    await node.machine.until(async () => [(await state()) === "inactive", await state()], { what: "its end" });
  });

  test("and does not, is killed when its grace period is over", async () => {
    await startPod("stubborn", STUBBORN, { terminationGracePeriodSeconds: 2 });
    await startPod("has-an-hour", STUBBORN, { terminationGracePeriodSeconds: HOUR });
    await node.kubectl("delete", "pod", "has-an-hour", "--wait=false");
    expect(await deletePod("stubborn")).toBeGreaterThan(1.9);
    expect(await node.log("stubborn")).toBe("up\ngot TERM\n");
    expect(await node.show("has-an-hour", "SubState")).toBe("stop-sigterm");
    await deletePod("has-an-hour", "--grace-period=1");
    expect(await node.log("has-an-hour")).toBe("up\ngot TERM\n");
  });

  test("is killed earlier when the delete says so", async () => {
    await startPod("hurried", STUBBORN, { terminationGracePeriodSeconds: HOUR });
    await deletePod("hurried", "--grace-period=1");
    expect(await node.log("hurried")).toBe("up\ngot TERM\n");
  });

  test("is killed earlier when a second delete says so", async () => {
    await startPod("twice", STUBBORN, { terminationGracePeriodSeconds: HOUR });
    await node.kubectl("delete", "pod", "twice", "--wait=false");
    await node.sync();
    await node.machine.until(async () => (await node.log("twice")).includes("got TERM"), { what: "the first TERM" });
    await deletePod("twice", "--grace-period=1");
    expect(await node.log("twice")).toMatch(/^up\n(got TERM\n)+$/);
  });

  test("has the time to, also when its pod was deleted by force", async () => {
    await startPod("forced", POLITE, { terminationGracePeriodSeconds: 20 });
    await deletePod("forced", "--force", "--grace-period=0");
    await node.machine.until(async () => (await node.log("forced")) === "up\ngot TERM\nbye\n", { what: "its end" });
  });
});

test("the end of a deleted pod is reported while a finalizer holds it", async () => {
  const held = pod(node, "held", SLEEP) as { metadata: object };
  await node.run({ ...held, metadata: { name: "held", finalizers: ["test.unitlet.dev/hold"] } });
  await node.container("held", ({ ready }) => ready);
  await node.kubectl("delete", "pod", "held", "--wait=false");
  await node.sync();
  const gone = (seen: V1Pod | undefined) =>
    seen?.status?.phase === "Failed" && seen.metadata?.deletionGracePeriodSeconds === 0 && seen;
  const ended = await node.until("held", gone);
  expect(ended.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 143, reason: "Error" });
  await node.sync();
  expect((await node.get("held"))?.metadata?.resourceVersion).toBe(ended.metadata?.resourceVersion);
  await node.kubectl("patch", "pod", "held", "--type=merge", '--patch={"metadata":{"finalizers":null}}');
  await node.sync();
  await node.kubectl("wait", "pod/held", "--for=delete", "--timeout=150s");
});

test("a pod that is still being initialized ends at once, and its containers never start", async () => {
  const initContainers = [{ name: "long", image: "host", ...SLEEP }];
  await node.run(pod(node, "unborn", shell("echo main"), { initContainers, terminationGracePeriodSeconds: HOUR }));
  await node.container("unborn", ({ state }) => state?.running, "long");
  await deletePod("unborn");
  expect(await node.log("unborn")).toBe("");
});

test("a pod that has ended goes, too", async () => {
  await node.run(pod(node, "over", shell("echo done"), { restartPolicy: "Never" }));
  await node.until("over", (seen) => seen?.status?.phase === "Succeeded");
  await deletePod("over");
});

test("another pod of the same name takes over when the first one has ended", async () => {
  await startPod("again", POLITE);
  const before = await node.invocation("again");
  await node.kubectl("delete", "pod", "again", "--force", "--grace-period=0");
  await startPod("again", shell("echo up again; exec sleep infinity"));
  await node.container("again", ({ ready }) => ready);
  expect(await node.invocation("again")).not.toBe(before);
  const all = "up\ngot TERM\nbye\nup again\n";
  await node.machine.until(async () => [(await node.log("again")) === all, await node.log("again")], { what: "both" });
  const [status] = (await node.get("again"))?.status?.containerStatuses ?? [];
  expect(status).toMatchObject({ restartCount: 0, lastState: {} });
});

test("pods that vanished while the node was off are stopped when it is back", async () => {
  await startPod("vanished", POLITE);
  await node.exec("systemctl stop unitlet-sync.timer unitlet-sync.path unitlet-sync.service");
  await node.kubectl("delete", "pod", "vanished", "--force", "--grace-period=0");
  expect(await node.show("vanished", "ActiveState")).toBe("active");
  await node.exec("systemctl start unitlet-sync.timer unitlet-sync.path");
  await node.sync();
  await node.machine.until(async () => (await node.log("vanished")).endsWith("bye\n"), { what: "its end" });
});

test("pods that are deleted together have one timer for the end of their grace periods", async () => {
  const pods = ["together-1", "together-2"];
  for (const name of pods) await startPod(name, STUBBORN, { terminationGracePeriodSeconds: HOUR });
  await node.exec("systemctl stop unitlet-sync.timer unitlet-sync.path unitlet-sync.service");
  const timers = async () => (await node.exec("systemctl list-units --plain 'unitlet-deadline-*.timer'")).stdout;
  const before = await timers();
  await node.kubectl("delete", "pods", ...pods, "--wait=false", "--grace-period=600");
  await node.exec("systemctl start unitlet-sync");
  // The API server may get the two DELETE requests in different seconds.
  const ends = new Set(
    await Promise.all(pods.map(async (name) => `${(await node.get(name))?.metadata?.deletionTimestamp}`)),
  );
  const added = (await timers()).match(/^unitlet-deadline-\S+/gm)?.filter((timer) => !before.includes(timer));
  await node.kubectl("delete", "pods", ...pods, "--force", "--grace-period=0");
  await node.exec(`systemctl stop ${added?.join(" ")}; systemctl start unitlet-sync.timer unitlet-sync.path`);
  expect(added).toEqual([...ends].map(() => expect.stringMatching(/^unitlet-deadline-\d+\.timer$/)));
});

test("nothing is left behind of a pod", async () => {
  await node.kubectl("delete", "pods", "--all", "--wait=false");
  const leftovers = async () => {
    // The slices above those of pods come and go as systemd likes.
    const { stdout } = await node.exec(`
      find /etc/systemd/system /run/systemd/system /run/unitlet /var/lib/unitlet /sys/fs/cgroup \\
        '(' -name '*pod*_*.slice*' -o -name 'unitlet.*.service*' -o -path '*/unitlet/pods/*' ')'
      systemctl list-units --all --plain --no-legend 'unitlet.*.service' 'unitlet-*pod*' 'unitlet-deadline*'
      systemctl list-jobs --no-legend`);
    return stdout.split("\n").filter((line) => line !== "");
  };
  await node.machine.until(
    async () => {
      await node.sync();
      const seen = await leftovers();
      return [seen.length === 0, seen];
    },
    { what: "nothing to be left" },
  );
  await node.machine.until(() => node.exec("systemctl is-system-running"), { what: "nothing that has failed" });
});

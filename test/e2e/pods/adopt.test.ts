import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { installHello, property } from "../support/hello-service.ts";
import { installServingCertificate } from "../support/kubelet-client.ts";
import { pod } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "adopt", { timerInterval: "1s", strictPolicy: true });
  const names = ["hello-a.service", "hello-b.service", "hello-c.service", PACKAGED];
  const units = names.map((each) => `${node.namespace}:${each}`);
  await installServingCertificate(node);
  await node.machine.write("/etc/unitlet/unitlet.conf.d/60-adopt.conf", `adoptUnits = ${units.join(",")}\n`);
});

afterAll(() => node[Symbol.asyncDispose]());

const adopting = (name: string, unit: string, rest = {}, spec = {}) =>
  pod(node, name, { image: `unit://${unit}`, ...rest }, { hostNetwork: true, ...spec });

const isRunning = (status: { state?: { running?: unknown } }) => status.state?.running;
const mainPID = (unit: string) => property(node, unit, "MainPID");
/** A unit of the package docker-registry, which a machine of the kind v2 has masked. */
const PACKAGED = "docker-registry.service";
const DROP_IN = "/etc/systemd/system/hello-b.service.d/50-unitlet.conf";
const STOP = "systemctl stop unitlet-sync.timer unitlet-sync.path unitlet-sync.service";
const START = "systemctl start unitlet-sync.timer unitlet-sync.path";
/** What a run leaves that is killed before its reload. */
const KILLED = "touch /run/unitlet/unfinished; rm -f /run/unitlet/fast-path.json /run/unitlet/unchanged";
const OPTIONS = { timeout: 40_000 };

test("a unit that runs becomes a container and goes back, and its process never notices", async () => {
  await installHello(node, "hello-a", 7101);
  const before = await mainPID("hello-a.service");
  await node.run(adopting("a", "hello-a.service"));
  const status = await node.until("a", (pod) => pod?.status?.containerStatuses?.find(isRunning), OPTIONS);
  expect(status).toMatchObject({ restartCount: 0, image: "unit://hello-a.service", imageID: "unit://hello-a.service" });
  expect(status.containerID).toMatch(new RegExp(`://${await property(node, "hello-a.service", "InvocationID")}$`));
  expect(await node.kubectl("logs", "a")).toBe(`hello listens with PID ${before}\n`);
  expect(await mainPID("hello-a.service")).toBe(before);
  await node.kubectl("delete", "pod", "a", "--timeout=60s");
  expect(await mainPID("hello-a.service")).toBe(before);
  expect(await property(node, "hello-a.service", "DropInPaths")).toBe("");
  expect(await property(node, "hello-a.service", "ActiveState")).toBe("active");
});

describe("an adopted unit", () => {
  let first: string;

  beforeAll(async () => {
    // Programs of an interpreter of their own often have a PATH without those of the system.
    await installHello(node, "hello-b", 7102, "Restart=no\nEnvironment=PATH=/opt/hello/bin");
    first = await mainPID("hello-b.service");
    const probe = { httpGet: { path: "/", port: 7102, host: "127.0.0.1" }, periodSeconds: 1, timeoutSeconds: 10 };
    const resources = { limits: { memory: "123Mi", cpu: "500m" } };
    await node.run(adopting("b", "hello-b.service", { readinessProbe: probe, livenessProbe: probe, resources }));
    await node.until("b", (pod) => pod?.status?.containerStatuses?.some(({ ready }) => ready), OPTIONS);
  });

  test("has the pod's limits in its cgroup, without a restart", async () => {
    expect(await property(node, "hello-b.service", "MemoryMax")).toBe(String(123 * 1024 ** 2));
    expect((await node.exec("stat -c %a /etc/systemd/system/hello-b.service.d")).stdout.trim()).toBe("755");
    const group = await property(node, "hello-b.service", "ControlGroup");
    const read = `cat /sys/fs/cgroup${group}/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory${group}/memory.limit_in_bytes`;
    expect((await node.exec(read)).stdout.trim()).toBe(String(123 * 1024 ** 2));
    expect(await mainPID("hello-b.service")).toBe(first);
  });

  test("is restarted by the policy of the pod, and its exits are in the status", async () => {
    await node.exec("curl -s http://127.0.0.1:7102/exit/7 || true");
    const status = await node.until(
      "b",
      (pod) => pod?.status?.containerStatuses?.find((each) => each.restartCount === 1 && each.ready),
      OPTIONS,
    );
    expect(status.lastState?.terminated).toMatchObject({ exitCode: 7, reason: "Error" });
    const second = await mainPID("hello-b.service");
    expect(second).not.toBe(first);
    expect(await node.kubectl("logs", "b")).toBe(`hello listens with PID ${second}\n`);
    expect(await node.kubectl("logs", "b", "--previous")).toBe(`hello listens with PID ${first}\n`);
  });

  test("is restarted when its liveness probe fails", async () => {
    const before = await mainPID("hello-b.service");
    await node.exec("touch /run/hello-7102-fails");
    await node.machine.until(async () => (await mainPID("hello-b.service")) !== before, { what: "another PID" });
    await node.exec("rm /run/hello-7102-fails");
    await node.until("b", (pod) => pod?.status?.containerStatuses?.some(({ ready }) => ready), OPTIONS);
  });

  test("is measured as a container", async () => {
    const summary = await node.kubectl("get", "--raw", `/api/v1/nodes/${node.name}/proxy/stats/summary`);
    const { pods } = JSON.parse(summary) as { pods: { podRef: { name: string }; containers: { memory: object }[] }[] };
    const own = pods.find(({ podRef }) => podRef.name === "b");
    expect(own?.containers).toMatchObject([{ name: "main", memory: { workingSetBytes: expect.any(Number) } }]);
  });

  test("has its drop-in after a run that was killed between writing it and reloading systemd", async () => {
    const before = await mainPID("hello-b.service");
    await node.exec(
      `${STOP}; cp ${DROP_IN} /root; rm ${DROP_IN}; systemctl daemon-reload; cp /root/50-unitlet.conf ${DROP_IN}; ${KILLED}`,
    );
    expect(await property(node, "hello-b.service", "DropInPaths")).toBe("");
    await node.exec(START);
    await node.machine.until(async () => (await property(node, "hello-b.service", "DropInPaths")) === DROP_IN, {
      what: "the drop-in",
    });
    const limit = await property(node, "hello-b.service", "MemoryMax");
    expect([limit, await mainPID("hello-b.service")]).toEqual([String(123 * 1024 ** 2), before]);
  });

  test("runs no command of exec", async () => {
    await expect(node.kubectl("exec", "b", "--", "id")).rejects.toThrow(/a unit of the host, in which no command runs/);
  });

  test("is refused to a second pod", async () => {
    await node.run(adopting("rival", "hello-b.service"));
    const status = await node.until("rival", (pod) => pod?.status?.phase === "Failed" && pod.status, OPTIONS);
    expect(status).toMatchObject({
      reason: "UnitTaken",
      message: `Pod was rejected: hello-b.service is adopted by pod ${node.namespace}/b already: delete one of the pods`,
    });
  });

  test("runs on after a reboot as the host starts it, and is the pod's again without a restart", async () => {
    await node.machine.reboot();
    const booted = await node.machine.until(async () => Number(await mainPID("hello-b.service")), { what: "a PID" });
    const id = await property(node, "hello-b.service", "InvocationID");
    await node.until(
      "b",
      (pod) => pod?.status?.containerStatuses?.some((each) => each.ready && each.containerID?.endsWith(id)),
      { timeout: 60_000 },
    );
    expect(await mainPID("hello-b.service")).toBe(String(booted));
  });
});

test("a unit is given back after a run that was killed between removing its drop-in and reloading systemd", async () => {
  const before = await mainPID("hello-b.service");
  await node.exec(STOP);
  await node.kubectl("delete", "pod", "b", "--wait=false");
  await node.exec(`rm -r ${dirname(DROP_IN)}; ${KILLED}`);
  expect(await property(node, "hello-b.service", "DropInPaths")).toBe(DROP_IN);
  await node.exec(START);
  await node.kubectl("wait", "pod/b", "--for=delete", "--timeout=60s");
  expect(await property(node, "hello-b.service", "DropInPaths")).toBe("");
  const state = await property(node, "hello-b.service", "ActiveState");
  expect([state, await mainPID("hello-b.service")]).toEqual(["active", before]);
});

test("a unit that does not run is started, and one that ends well ends a pod with the policy Never", async () => {
  await installHello(node, "hello-c", 7103);
  await node.exec("systemctl disable --now hello-c.service");
  await node.run(adopting("c", "hello-c.service", {}, { restartPolicy: "Never" }));
  await node.until("c", (pod) => pod?.status?.containerStatuses?.find(isRunning), OPTIONS);
  await node.exec("curl -s http://127.0.0.1:7103/exit/0 || true");
  await node.until("c", (pod) => pod?.status?.phase === "Succeeded", OPTIONS);
  await node.machine.until(async () => (await property(node, "hello-c.service", "DropInPaths")) === "", {
    what: "no drop-in",
  });
});

test("a service of a Debian package becomes a container and goes back, and its file stays as it is", async () => {
  await node.exec(`systemctl unmask --quiet ${PACKAGED}; systemctl start ${PACKAGED}`);
  const before = await mainPID(PACKAGED);
  const probe = { tcpSocket: { port: 5000, host: "127.0.0.1" }, periodSeconds: 1, timeoutSeconds: 10 };
  await node.run(adopting("packaged", PACKAGED, { readinessProbe: probe }));
  await node.until("packaged", (pod) => pod?.status?.containerStatuses?.some(({ ready }) => ready), OPTIONS);
  expect(await node.kubectl("logs", "packaged")).toMatch(/listening on/);
  await node.kubectl("delete", "pod", "packaged", "--timeout=60s");
  const state = ["ActiveState", "MainPID", "DropInPaths", "FragmentPath"].map((each) => property(node, PACKAGED, each));
  expect(await Promise.all(state)).toEqual(["active", before, "", expect.stringMatching(/^(\/usr)?\/lib\/systemd\//)]);
  expect((await node.exec("dpkg --verify docker-registry | grep systemd || true")).stdout).toBe("");
});

test("a unit that the setting does not list is refused in words", async () => {
  await node.run(adopting("other", "cron.service"));
  const status = await node.until("other", (pod) => pod?.status?.phase === "Failed" && pod.status, OPTIONS);
  expect(status).toMatchObject({ reason: "HostAccessForbidden" });
  expect(status.message).toContain(`names cron.service, which pods of namespace "${node.namespace}" may not adopt`);
});

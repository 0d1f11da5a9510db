import type { CoreV1Event } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { pod, SLEEP, shell } from "../support/manifests.ts";

let node: Node;

const missing = { name: "missing", projected: { sources: [{ configMap: { name: "no-such-map" } }] } };
const init = (script: string) => ({ initContainers: [{ name: "first", image: "host", ...shell(script) }] });

/** name → container, rest of the spec, and the words of `kubectl get pods`. */
const pods = {
  running: [SLEEP, {}, "1/1 Running 0"],
  completed: [shell("exit 0"), { restartPolicy: "Never" }, "0/1 Completed 0"],
  error: [shell("exit 1"), { restartPolicy: "Never" }, "0/1 Error 0"],
  crashes: [shell("exit 1"), {}, "0/1 CrashLoopBackOff [1-9]\\d*"],
  "starts-nothing": [{ command: ["/no/such"] }, { restartPolicy: "Never" }, "0/1 StartError 0"],
  initializing: [SLEEP, init("sleep infinity"), "0/1 Init:0/1 0"],
  "init-error": [SLEEP, { restartPolicy: "Never", ...init("exit 1") }, "0/1 Init:Error 0"],
  "init-crashes": [SLEEP, init("exit 1"), "0/1 Init:CrashLoopBackOff [1-9]\\d*"],
  image: [{ image: "127.0.0.1:1/nothing" }, {}, "0/1 (ErrImagePull|ImagePullBackOff) 0"],
  volume: [
    { ...SLEEP, volumeMounts: [{ name: "missing", mountPath: "/mnt" }] },
    { volumes: [missing] },
    "0/1 ContainerCreating 0",
  ],
  "no-command": [{}, {}, "0/1 CreateContainerConfigError 0"],
  "no-directory": [{ ...SLEEP, workingDir: "/no/such" }, {}, "0/1 CreateContainerError 0"],
  rejected: [
    { ...SLEEP, securityContext: { seccompProfile: { type: "Localhost", localhostProfile: "x" } } },
    {},
    "0/1 UnsupportedField 0",
  ],
} as const;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "status");
  await node.run(
    ...Object.entries(pods).map(([name, [container, spec]]) => pod(node, name, container as object, spec as object)),
  );
});

afterAll(() => node[Symbol.asyncDispose]());

async function events(name: string): Promise<CoreV1Event[]> {
  const list = await node.kubectl("get", "events", `--field-selector=involvedObject.name=${name}`, "-o", "json");
  return JSON.parse(list).items;
}

/** All Events of a pod, once one with this reason is among them: they are written after the status. */
async function hasEvent(name: string, reason: string, words = /./): Promise<CoreV1Event[]> {
  const poll = async () => {
    const all = await events(name);
    return [all.some((each) => each.reason === reason && words.test(each.message ?? "")), all] as const;
  };
  return (await node.machine.until(poll, { what: `event ${reason} of ${name}` }))[1];
}

test.each(Object.entries(pods).map(([name, [, , words]]) => [name, words]))(
  "kubectl get pods: %s is %s",
  async (name, words) => {
    const line = () => node.kubectl("get", "pod", name, "-o", "wide", "--no-headers");
    // Restarts are followed by when they were, as in "1 (2s ago)".
    const seen = async () =>
      (await line())
        .replace(/\(.*? ago\)/, "")
        .trim()
        .split(/\s+/);
    await node.machine.until(
      async () => {
        const columns = await seen();
        return [new RegExp(`^${words}$`).test(columns.slice(1, 4).join(" ")), columns];
      },
      { what: `${name} to be ${words}`, every: 300 },
    );
    const address = words.includes("UnsupportedField") ? "<none>" : node.machine.address;
    expect((await seen()).slice(5, 7)).toEqual([address, "status"]);
  },
);

test("the whole status of a pod that runs", async () => {
  const { metadata, status } = await node.until("running", (seen) => seen?.status?.phase === "Running" && seen);
  const condition = (type: string) => ({
    type,
    status: "True",
    observedGeneration: metadata?.generation,
    lastProbeTime: null,
    lastTransitionTime: expect.stringMatching(/^20.*Z$/),
  });
  const ips = [{ ip: node.machine.address }, { ip: expect.stringMatching(/^fd75:6e69:74::/) }];
  expect(status).toEqual({
    observedGeneration: metadata?.generation,
    phase: "Running",
    conditions: ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"].map(condition),
    ...{ hostIP: node.machine.address, hostIPs: ips, podIP: node.machine.address, podIPs: ips },
    startTime: expect.stringMatching(/^20.*Z$/),
    qosClass: "BestEffort",
    containerStatuses: [
      {
        name: "main",
        state: { running: { startedAt: expect.stringMatching(/^20.*Z$/) } },
        lastState: {},
        ready: true,
        started: true,
        restartCount: 0,
        image: "host",
        imageID: "host",
        containerID: `systemd://${await node.invocation("running")}`,
        resources: {},
      },
    ],
  });
});

test("containers that wait for init containers say so", async () => {
  const { status } = await node.until(
    "initializing",
    (seen) => seen?.status?.initContainerStatuses?.[0]?.state?.running && seen,
  );
  expect(status?.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: "PodInitializing" } });
  expect(status?.conditions?.find(({ type }) => type === "Initialized")).toMatchObject({
    status: "False",
    reason: "ContainersNotInitialized",
    message: "containers with incomplete status: [first]",
  });
});

describe("Events", () => {
  const words = (list: readonly CoreV1Event[]) =>
    list.map(({ type, reason, message, count }) => [type, reason, message, count]);
  const pulled = [
    "Normal",
    "Pulled",
    'Container image "host" already present on machine and can be accessed by the pod',
    1,
  ];
  const [created, started] = [
    ["Normal", "Created", "Container created", 1],
    ["Normal", "Started", "Container started", 1],
  ];

  test("follow a container, in the kubelet's words and name", async () => {
    const list = await hasEvent("running", "Started");
    expect(words(list)).toEqual(expect.arrayContaining([pulled, created, started]));
    expect(list.find(({ reason }) => reason === "Started")).toMatchObject({
      involvedObject: {
        kind: "Pod",
        name: "running",
        uid: (await node.get("running"))?.metadata?.uid,
        fieldPath: "spec.containers{main}",
      },
      source: { component: "kubelet", host: "status" },
      reportingInstance: "status",
    });
  });

  test.each([
    ["crashes", "BackOff", /^Back-off restarting failed container main in pod crashes_/],
    ["init-crashes", "BackOff", /^Back-off restarting failed container first in pod init-crashes_/],
    ["image", "Failed", /^Failed to pull image "127.0.0.1:1\/nothing": .*connection refused/],
    ["starts-nothing", "Failed", /^Error: cannot execute "\/no\/such": no such file/],
    ["volume", "FailedMount", /^MountVolume.SetUp failed for volume "missing" : .*configmaps? "no-such-map"/],
    ["no-command", "Failed", /^Error: spec.containers\[main\].command is missing: .*name the program in command/],
    ["no-directory", "Failed", /^Error: spec.containers\[main\].workingDir "\/no\/such" is not a directory/],
    ["rejected", "UnsupportedField", /^spec.containers\[main\].securityContext.seccompProfile .*: \w/],
  ])("%s: %s", async (name, reason, message) => {
    const found = (await hasEvent(name, reason, message)).map((each) => each.message);
    expect(found).toContainEqual(expect.stringMatching(message));
  });

  test("no Warning about an ordinary pod; the Node says that pods are on the host's network", async () => {
    const { items: own } = JSON.parse(await node.kubectl("get", "events", "-o", "json")) as { items: CoreV1Event[] };
    const warned = own.filter(({ type, involvedObject }) => type === "Warning" && involvedObject.name === "running");
    expect(warned).toEqual([]);
    const selector = `--field-selector=involvedObject.kind=Node,involvedObject.name=${node.name},reason=HostNetwork`;
    const said = await node.cluster.kubectl(["get", "events", "-n", "default", selector, "-o", "name"]);
    expect(said.trim().split("\n")).toHaveLength(1);
  });

  test("say that a container is stopped", async () => {
    await node.run(pod(node, "stopped", SLEEP));
    await node.container("stopped", ({ ready }) => ready);
    await node.kubectl("delete", "pod", "stopped", "--wait=false");
    await node.sync();
    expect(words(await hasEvent("stopped", "Killing"))).toContainEqual([
      "Normal",
      "Killing",
      "Stopping container main",
      1,
    ]);
  });
});

test("a rejected pod has failed, and says which field, why, and what to do", async () => {
  const { phase, reason, message } = (await node.get("rejected"))?.status ?? {};
  expect({ phase, reason }).toEqual({ phase: "Failed", reason: "UnsupportedField" });
  expect(message).toMatch(/^Pod was rejected: spec.containers\[main\].securityContext.seccompProfile .+: .+/);
});

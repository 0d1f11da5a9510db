import type { V1ContainerStatus } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../support/cluster.ts";
import { Node } from "../../support/node.ts";
import { type Container, pod, shell } from "../support/manifests.ts";

let node: Node;

beforeAll(async () => {
  node = await Node.join(await Cluster.up(), "exits");
  const all = Object.entries(ends).flatMap(([policy, cases]) =>
    cases.map(([name, container]) =>
      pod(node, `${policy.toLowerCase()}-${name}`, container, { restartPolicy: policy }),
    ),
  );
  await node.run(...all);
});

afterAll(() => node[Symbol.asyncDispose]());

const terminated = (exitCode: number, reason: string) => ({
  terminated: expect.objectContaining({
    exitCode,
    reason,
    containerID: expect.stringMatching(/^systemd:\/\/[0-9a-f]{32}$/),
  }),
});
const crashLoop = {
  waiting: {
    reason: "CrashLoopBackOff",
    message: expect.stringMatching(/^back-off (10s|20s|40s|1m20s|2m40s|5m0s) restarting failed container=main pod=/),
  },
};

const isCrashLooping = ({ state }: V1ContainerStatus) => state?.waiting?.reason === "CrashLoopBackOff";
const isTerminated = ({ state }: V1ContainerStatus) => state?.terminated;

type Case = readonly [
  name: string,
  container: Container,
  phase: string,
  state: object,
  lastState: object,
  restarts: number,
];

const ends: Readonly<Record<string, readonly Case[]>> = {
  Always: [
    ["success", shell("exit 0"), "Running", crashLoop, terminated(0, "Completed"), 1],
    ["failure", shell("exit 3"), "Running", crashLoop, terminated(3, "Error"), 1],
    ["no-program", { command: ["/no/such/program"] }, "Running", crashLoop, terminated(128, "StartError"), 1],
  ],
  OnFailure: [
    ["success", shell("exit 0"), "Succeeded", terminated(0, "Completed"), {}, 0],
    ["failure", shell("exit 3"), "Running", crashLoop, terminated(3, "Error"), 1],
  ],
  Never: [
    ["success", shell("exit 0"), "Succeeded", terminated(0, "Completed"), {}, 0],
    ["failure", shell("exit 3"), "Failed", terminated(3, "Error"), {}, 0],
    ["high", shell("exit 203"), "Failed", terminated(203, "Error"), {}, 0],
    ["term", shell("kill -TERM $$"), "Failed", terminated(143, "Error"), {}, 0],
    ["kill", shell("kill -KILL $$"), "Failed", terminated(137, "Error"), {}, 0],
    ["segv", shell("kill -SEGV $$"), "Failed", terminated(139, "Error"), {}, 0],
    ["no-program", { command: ["/no/such/program"] }, "Failed", terminated(128, "StartError"), {}, 0],
    [
      "no-program-as-user",
      { command: ["/no/such/program"], securityContext: { runAsUser: 1000 } },
      "Failed",
      terminated(128, "StartError"),
      {},
      0,
    ],
    ["not-executable", { command: ["/etc/passwd"] }, "Failed", terminated(128, "StartError"), {}, 0],
    [
      "out-of-memory",
      { command: ["perl", "-e", "my $x = 'a' x 1e9"], resources: { limits: { memory: "32Mi" } } },
      "Failed",
      terminated(137, "OOMKilled"),
      {},
      0,
    ],
  ],
};

describe.each(Object.entries(ends))("restartPolicy %s", (policy, cases) => {
  test.each(cases)("%s", async (name, _, phase, state, lastState, restartCount) => {
    const id = `${policy.toLowerCase()}-${name}`;
    const isThere = state === crashLoop ? isCrashLooping : isTerminated;
    const settled = await node.container(id, isThere);
    expect(settled).toMatchObject({ state, ready: false, started: false, image: "host" });
    // Those that crash go on crashing.
    if (state === crashLoop) expect(settled.restartCount).toBeGreaterThanOrEqual(restartCount);
    else expect(settled.restartCount).toBe(restartCount);
    expect(settled.lastState).toEqual(lastState);
    expect((await node.get(id))?.status?.phase).toBe(phase);
  });
});

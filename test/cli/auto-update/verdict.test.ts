import { describe, expect, test } from "vitest";
import { updateTargets } from "../../../src/cli/auto-update/targets.ts";
import { begun, ended, returning } from "../../../src/cli/auto-update/transitions.ts";
import { podVerdict, workloadVerdict } from "../../../src/cli/auto-update/verdict.ts";
import type { PodStatus } from "../../../src/model/api/pod.ts";
import type { AutoUpdateState } from "../../../src/model/auto-update.ts";
import { Host, NOW } from "../../workloads/base.ts";
import { IMAGE, NEW, OLD, pinned, running, webPod, webWorkload } from "./base.ts";

const WAITING = { restarts: 0, interruptions: 0, begun: 0, stable: 10_000 };
const EXPECTED = { ...WAITING, digests: { main: NEW }, restarts: 1, now: NOW };
const change = { container: "main", image: IMAGE, from: OLD, to: NEW };

describe("a Pod", () => {
  const verdict = (status: PodStatus | undefined) => podVerdict(webPod(status), EXPECTED);

  test("is ready after 10 s on the new image", () => {
    expect(verdict(running({ digest: NEW, restarts: 1, ready: NOW - 10_000 }))).toEqual({ kind: "ready" });
  });

  test.each<[string, PodStatus | undefined, string]>([
    ["has no status", undefined, "container main is not ready"],
    ["runs the old image", running({ ready: NOW - 60_000 }), "container main runs the earlier image"],
    [
      "is ready for a moment",
      running({ digest: NEW, restarts: 1, ready: NOW - 9000 }),
      "it is ready for less than 10 s",
    ],
    ["is not ready", running({ digest: NEW, restarts: 1 }), "container main is not ready"],
  ])("that %s is waited for", (_, status, because) => {
    expect(verdict(status)).toEqual({ kind: "waiting", because });
  });

  test("has failed when it has ended three times on the new image", () => {
    expect(verdict(running({ digest: NEW, restarts: 3 }))).toMatchObject({ kind: "waiting" });
    expect(verdict(running({ digest: NEW, restarts: 4 }))).toEqual({
      kind: "failed",
      because: "container main is not ready; containers have ended 3 times",
    });
  });

  test("may restart each container once more for each interruption", () => {
    const interrupted = { ...EXPECTED, interruptions: 1 };
    const of = (restarts: number) => podVerdict(webPod(running({ digest: NEW, restarts })), interrupted);
    expect([of(4).kind, of(5).kind]).toEqual(["waiting", "failed"]);
  });

  test("is judged by what its status says 10 s after a reboot, not by what it said before", () => {
    const pod = webPod(running({ digest: NEW, restarts: 1, ready: NOW - 60_000 }));
    const kindAt = (since: number) => podVerdict(pod, { ...EXPECTED, begun: since }).kind;
    expect([kindAt(NOW - 9000), kindAt(NOW - 10_000)]).toEqual(["waiting", "ready"]);
  });

  test("that restarts each few seconds is never ready", () => {
    const status = running({ digest: NEW, restarts: 2, ready: NOW - 60_000 });
    const [own] = status.containerStatuses ?? [];
    const restarted = { ...own, state: { running: { startedAt: new Date(NOW - 3000).toISOString() } } };
    expect(verdict({ ...status, containerStatuses: [restarted] } as PodStatus)).toMatchObject({ kind: "waiting" });
  });
});

describe.each(["Deployment", "StatefulSet"] as const)("a %s", (kind) => {
  const workload = webWorkload(kind, { replicas: 2 });

  /** A host whose pods run the old image, and the state that asks for the new one. */
  function updated(): { host: Host; state: ReturnType<typeof begun> } {
    const host = new Host();
    for (let at = 0; at < 4; at++)
      host.run([workload]).set(running({ ready: NOW - 60_000 }), ({ pod }) => pod.status === undefined);
    const objects = { objects: [workload], states: host.states };
    const [target] = updateTargets({ pods: [], workloads: objects }, []);
    if (target === undefined) throw new Error("no target");
    return { host, state: begun(target, [change], 0, NOW) };
  }

  /** Lets runs roll out the images of the state; new pods run `status`. */
  function rollOut(host: Host, state: AutoUpdateState, status: PodStatus): void {
    for (let at = 0; at < 8; at++) {
      host.run(pinned([state], [workload]).workloads).gone();
      host.set(status, ({ pod }) => pod.status === undefined);
    }
  }

  function verdictOf(host: Host, state: AutoUpdateState, digest: string) {
    const [object] = pinned([state], [workload]).workloads as [typeof workload];
    return workloadVerdict(object, host.states[0], { ...WAITING, digests: { main: digest }, now: host.now });
  }

  test("is ready when all its pods run the new image", () => {
    const { host, state } = updated();
    expect(verdictOf(host, state, NEW)).toMatchObject({ kind: "waiting" });
    rollOut(host, state, running({ digest: NEW, ready: NOW - 10_000 }));
    host.run(pinned([state], [workload]).workloads);
    expect(host.pods.map(({ pod }) => pod.spec.containers[0]?.image)).toEqual(Array(2).fill(`${IMAGE}@${NEW}`));
    expect(verdictOf(host, state, NEW)).toEqual({ kind: "ready" });
  });

  test("returns to the template of its first pods, which go on", () => {
    const { host, state } = updated();
    const before = host.pods.map(({ pod }) => pod.metadata.uid);
    host.run(pinned([state], [workload]).workloads).gone();
    host.set(running({ digest: NEW }), ({ pod }) => pod.status === undefined);
    const back = ended(returning(state, "not ready", 0, NOW), "rolled back", "not ready", NOW);
    rollOut(host, back, running({ digest: OLD, ready: NOW - 60_000 }));
    host.run(pinned([back], [workload]).workloads);
    const after = host.pods.map(({ pod }) => pod.metadata.uid);
    expect(after.filter((uid) => before.includes(uid)).length).toBeGreaterThanOrEqual(1);
    expect(after).toHaveLength(2);
    expect(verdictOf(host, back, OLD)).toEqual({ kind: "ready" });
  });

  test("without pods is ready once the rollout is complete", () => {
    const { host, state } = updated();
    const none = { ...workload, replicas: 0 };
    const [object] = pinned([state], [none]).workloads as [typeof workload];
    for (let at = 0; at < 4; at++) host.run([object]).gone();
    expect(host.pods).toEqual([]);
    const expected = { ...WAITING, digests: { main: NEW }, now: host.now };
    expect(workloadVerdict(object, host.run([object]).states[0], expected)).toEqual({ kind: "ready" });
  });

  test("has failed when a pod has ended three times", () => {
    const { host, state } = updated();
    rollOut(host, state, running({ digest: NEW, restarts: 3 }));
    expect(verdictOf(host, state, NEW)).toMatchObject({ kind: "failed" });
  });
});

test("a Deployment has failed after its progressDeadlineSeconds", () => {
  const workload = webWorkload("Deployment", { progressDeadlineSeconds: 60 });
  const host = new Host().run([workload]).set(running({ ready: NOW - 60_000 }));
  const [target] = updateTargets({ pods: [], workloads: { objects: [workload], states: host.states } }, []);
  if (target === undefined) throw new Error("no target");
  const { workloads } = pinned([begun(target, [change], 0, NOW)], [workload]);
  host.run(workloads).set(running({ digest: NEW }), ({ pod }) => pod.status === undefined);
  host.after(1).run(workloads).after(61).run(workloads);
  const expected = { ...WAITING, digests: { main: NEW }, now: host.now };
  const [object] = workloads as [typeof workload];
  const verdict = (since: number) => workloadVerdict(object, host.states[0], { ...expected, begun: since });
  expect(verdict(NOW)).toMatchObject({
    kind: "failed",
    because: expect.stringMatching(/^progressDeadlineSeconds have passed: pod web-\S+: container main is not ready$/),
  });
  // The host was down for the rest of the time.
  expect(verdict(host.now - 59_000)).toMatchObject({ kind: "waiting" });
});

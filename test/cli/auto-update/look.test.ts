import { expect, test } from "vitest";
import { untilSettled } from "../../../src/cli/auto-update/look.ts";
import type { PullContext } from "../../../src/cli/auto-update/registry.ts";
import { updateTargets } from "../../../src/cli/auto-update/targets.ts";
import { begun, returning } from "../../../src/cli/auto-update/transitions.ts";
import type { ParsedList } from "../../../src/ports.ts";
import { Host, NOW } from "../../workloads/base.ts";
import { IMAGE, NEW, OLD, pinned, running, webPod, webWorkload } from "./base.ts";

const change = { container: "main", image: IMAGE, from: OLD, to: NEW };

/** A host on which pods and workloads are like each of these lists in turn, and then stay like the last one. */
function context(...lists: readonly ParsedList[]): PullContext {
  let at = 0;
  const parse = () => lists[Math.min(at++, lists.length - 1)] ?? { pods: [] };
  const source = { list: async () => ({ ok: true, parse }) };
  const progress = { state: () => undefined };
  return { config: { autoUpdateTimeout: 60_000 }, source, progress } as unknown as PullContext;
}

test("a clock that is set forward after a boot ends no update", async () => {
  const [target] = updateTargets({ pods: [webPod(running())] }, []);
  if (target === undefined) throw new Error("no target");
  const state = begun(target, [change], 0, NOW - 365 * 86_400_000);
  const list = (ready?: number): ParsedList => ({
    pods: [...pinned([state], [], [webPod(running({ digest: NEW, ...(ready !== undefined && { ready }) }))]).pods],
  });
  expect(await untilSettled(state, context(list(), list(NOW)))).toEqual({ kind: "ready" });
});

test("a Deployment has returned to its old pods, however often they have restarted in their life", async () => {
  const workload = webWorkload("Deployment");
  const host = new Host();
  host
    .run([workload])
    .set(running({ ready: NOW - 60_000, restarts: 7 }))
    .run([workload]);
  const [target] = updateTargets({ pods: [], workloads: { objects: [workload], states: host.states } }, []);
  if (target === undefined) throw new Error("no target");
  const state = returning(begun(target, [change], 0, NOW), "not ready", 0, NOW);
  const objects = pinned([state], [workload]).workloads;
  const lists = { pods: [], workloads: { objects, states: host.run(objects).states } };
  expect(await untilSettled(state, context(lists))).toEqual({ kind: "ready" });
});

import { describe, expect, test } from "vitest";
import type { PodList } from "../../src/model/world.ts";
import type { ParsedList } from "../../src/ports.ts";
import { hasWorkloadNews, makePodList } from "../../src/run/workloads.ts";
import { canMount, onEmptyHost } from "../io/empty-host.ts";
import { pod, UID } from "../translate/base.ts";
import { document, Host, NOW, parsed } from "../workloads/base.ts";

const WEB = parsed(document("Deployment"));
const MADE = new Host().run([WEB]);

/** The list of a directory with a Deployment that has a pod already. */
function listed(change: Partial<ParsedList> = {}, shuttingDown = false): PodList {
  const list: ParsedList = { pods: [pod()], workloads: { objects: [WEB], states: MADE.states }, ...change };
  const result = { ok: true, digest: "", origin: { files: [] }, parse: () => list, accept: () => undefined } as const;
  return makePodList(result, { now: NOW, maxPods: 110, shuttingDown });
}

const names = ({ items }: PodList) => items.map(({ metadata }) => metadata.name);

test("the pods of workloads come after those of the directory", () => {
  const made = MADE.pods.map((each) => each.pod.metadata.name);
  expect([listed().complete, names(listed())]).toEqual([true, [pod().metadata.name, ...made]]);
});

test("a list without workloads has none", () => {
  expect(listed({ workloads: { objects: [], states: [] } })).toEqual({ complete: true, items: [pod()] });
});

test("the Services of a directory come with its pods", () => {
  const services = [{ metadata: { namespace: "shop", name: "web" }, spec: {} }];
  expect(listed({ services }).services).toEqual(services);
});

test("an incomplete list ends no pod of a workload that it lacks", () => {
  const list = listed({ workloads: { objects: [], states: MADE.states }, missing: "a file" });
  expect(list.items.map(({ metadata }) => metadata.deletionTimestamp)).toEqual([undefined, undefined]);
});

test("while the host shuts down no pod is made", () => {
  expect(names(listed({ workloads: { objects: [WEB], states: [] } }, true))).toEqual([pod().metadata.name]);
});

test("a status of another type leaves the other pods as they are", () => {
  const states = new Host().run([WEB]).set({ conditions: 5 } as never).states;
  const list = listed({ workloads: { objects: [WEB], states } });
  expect([list.complete, list.items.length, list.workloads?.states[0]?.problem]).toEqual([
    true,
    2,
    expect.stringMatching(/^cannot be handled, which is a bug of unitlet: /),
  ]);
});

describe("another run follows", () => {
  const deleted = { kind: "delete-pod-object", uid: UID, pod: pod(), because: "" } as const;

  test.each([
    ["a status that was written", 1, [], true],
    ["a pod of which nothing is left", 0, [deleted], true],
    ["nothing, also when a status could not be written", 0, [], false],
  ])("after %s: %#", (_, written, done, expected) => {
    expect(hasWorkloadNews(listed(), written, done)).toBe(expected);
  });

  test("but not without workloads", () => {
    expect(hasWorkloadNews({ complete: true, items: [pod()] }, 1, [deleted])).toBe(false);
  });
});

test.skipIf(!canMount)("a directory that cannot be read ends no problem, and one without workloads does", async () => {
  const lines = await onEmptyHost(async (load) => {
    const { keepWorkloads } = await load<typeof import("../../src/run/workloads.ts")>("src/run/workloads.ts");
    const { logTo } = await load<typeof import("../../src/log.ts")>("src/log.ts");
    const { document, Host, parsed } = await load<typeof import("../workloads/base.ts")>("test/workloads/base.ts");
    const logged: string[] = [];
    const log = logTo((line) => logged.push(line));
    const { states } = new Host().run([parsed(document("Deployment", { replicas: 2 }))], { maxPods: 1 });
    keepWorkloads({ complete: true, items: [], workloads: { before: [], states } }, log);
    keepWorkloads({ complete: false, items: [], because: "there is no directory" }, log);
    const before = logged.length;
    keepWorkloads({ complete: true, items: [] }, log);
    return [before, ...logged];
  });
  expect(lines).toEqual([
    2,
    expect.stringContaining('workload="deployment default/web" created='),
    expect.stringContaining("some workloads of the directory do not get what they ask for"),
    expect.stringContaining("all workloads of the directory get what they ask for again"),
  ]);
});

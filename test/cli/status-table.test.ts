import { expect, test } from "vitest";
import { type KnownPods, statusTable } from "../../src/cli/status-table.ts";
import { type ExitRecord, NO_HISTORY } from "../../src/model/exit-record.ts";
import type { ContainerSummary, PodSummary } from "../../src/model/pod-summary.ts";
import type { ActualUnit } from "../../src/model/unit.ts";

const NOW = 1_000_000;

const container = (rest: Partial<ContainerSummary>): ContainerSummary => ({
  name: "main",
  kind: "container",
  image: "x",
  state: "waiting",
  ...rest,
});

const pod = (name: string, rest: Partial<PodSummary>): PodSummary => ({
  namespace: "default",
  name,
  uid: name,
  phase: "Pending",
  containers: [container({ reason: "ContainerCreating" })],
  ...rest,
});

const unit = (name: string, active: string, sub: string, invocation: string) =>
  ({
    name: `unitlet.default.${name}.main.service`,
    identity: { namespace: "default", pod: name, podUID: name, container: "main", kind: "container" },
    state: { active, sub },
    invocation,
  }) as unknown as ActualUnit;

const exit = (invocation: string, status = "0") => ({ invocation, code: "exited", status }) as ExitRecord;

function table({
  units = [],
  summaries = [],
  exits = {},
}: Partial<KnownPods> & { exits?: Record<string, ExitRecord[]> }) {
  const directories = new Map(
    Object.entries(exits).map(([uid, own]) => [uid, { histories: new Map([["main", { ...NO_HISTORY, exits: own }]]) }]),
  );
  return statusTable({ units, summaries, directories, now: NOW }).split("\n").slice(1, -1);
}

const cells = (line: string | undefined) => line?.split(/ {2,}/).slice(1);

test("no pods", () => {
  expect(statusTable({ units: [], summaries: [], directories: new Map(), now: NOW })).toBe("No pods.\n");
});

test("a pod that waits for an image, and why", () => {
  const containers = [container({ reason: "ImagePullBackOff", message: "Back-off pulling\nimage" })];
  expect(table({ summaries: [pod("waits", { containers })] })).toEqual([
    "default    waits  Pending  main       ImagePullBackOff  0         -",
    "",
    "default/waits main: ImagePullBackOff: Back-off pulling image",
  ]);
});

test("a pod that was rejected, and why, without the terminal's control characters", () => {
  const rejected = {
    phase: "Failed",
    reason: "NodeAffinity",
    message: "Pod was rejected: \u001b[2Jno",
    containers: [container({})],
  };
  expect(table({ summaries: [pod("rejected", rejected)] })).toEqual([
    "default    rejected  Failed  -          NodeAffinity  -         -",
    "",
    "default/rejected: NodeAffinity: Pod was rejected: [2Jno",
  ]);
});

test("a pod that has ended, whose units are gone", () => {
  const containers = [container({ state: "terminated", reason: "Completed", restarts: 2 })];
  const [line] = table({ summaries: [pod("over", { phase: "Succeeded", containers })] });
  expect(cells(line)).toEqual(["over", "Succeeded", "main", "Completed", "2", "-"]);
});

test("a pod of which no run has reported", () => {
  const [line] = table({ units: [unit("new", "active", "running", "a")] });
  expect(cells(line)).toEqual(["new", "Unknown", "main", "running", "0", "-"]);
});

test.each([
  ["as reported", "a", [], "2"],
  ["whose last start was lost with the host", "b", [], "3"],
  ["whose last start has an exit record", "b", [exit("x"), exit("y"), exit("a")], "3"],
  ["whose earlier records are lost", "a", [exit("x")], "2"],
])("the restarts of a running container: %s", (_, invocation, exits, restarts) => {
  const containers = [container({ state: "running", restarts: 2, containerID: "systemd://a" })];
  const [line] = table({
    units: [unit("runs", "active", "running", invocation)],
    summaries: [pod("runs", { phase: "Running", containers })],
    exits: { runs: exits },
  });
  expect(cells(line)).toEqual(["runs", "Running", "main", "running", restarts, "-"]);
});

test.each(["auto-restart", "auto-restart-queued"])("a container that systemd restarts starts (%s)", (sub) => {
  const units = [unit("web", "activating", sub, "i")];
  expect(cells(table({ units, summaries: [pod("web", {})] })[0])?.[3]).toBe("starting");
});

test("addresses, once a pod has a network of its own", () => {
  const own = pod("own", { addresses: ["10.86.0.2", "fd00::2"] });
  const summaries = [own, pod("other", {})];
  expect(statusTable({ units: [], summaries, directories: new Map(), now: NOW }).split("\n")).toEqual([
    "NAMESPACE  POD    PHASE    CONTAINER  STATE              RESTARTS  AGE  IP",
    "default    other  Pending  main       ContainerCreating  0         -    -",
    "default    own    Pending  main       ContainerCreating  0         -    10.86.0.2,fd00::2",
    "",
  ]);
});

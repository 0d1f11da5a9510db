import { expect, test } from "vitest";
import { diff } from "../../../src/diff/diff.ts";
import type { NetworkAnswer } from "../../../src/model/cni/answer.ts";
import type { Runnable } from "../../../src/model/translation.ts";
import type { ActualUnit, AuxiliaryUnit, UnitState } from "../../../src/model/unit.ts";
import type { World } from "../../../src/model/world.ts";
import { encodeOwnUnit } from "../../../src/unitfile/identity.ts";
import { auxiliaryUnitName } from "../../../src/unitfile/names.ts";
import { pod, runnable } from "../../translate/base.ts";
import { bare, DEAD, ended, placed, RUNNING, up, withPods } from "../base.ts";

const POD = pod();
const UP: UnitState = { ...RUNNING, sub: "exited" };
const NAME = auxiliaryUnitName("image", POD.metadata, "app");

function auxiliaryUnit(change: Partial<AuxiliaryUnit> = {}, line = "/bin/pull"): AuxiliaryUnit {
  const { namespace, name, uid } = POD.metadata;
  const identity = {
    namespace,
    pod: name,
    podUID: uid,
    container: "app",
    kind: "image",
    specHash: line.length,
  } as const;
  const own = { ...identity, specHash: String(line.length) };
  const text = encodeOwnUnit(own, [["Service", [["ExecStart", line]]]]);
  return { name: NAME, identity: own, text, linked: false, wanted: true, ...change };
}

function withActual(world: World, unit: ActualUnit): World {
  return { ...world, units: new Map([...world.units, [unit.name, unit]]) };
}

function steps(world: World, auxiliaryUnits: readonly AuxiliaryUnit[], change: Partial<Runnable> = {}): string[] {
  const translations = world.pods.items.map((each) => ({ ...runnable(each), auxiliaryUnits, ...change }));
  return diff(world, translations).flatMap((step) => ("unit" in step && step.unit === NAME ? [step.kind] : []));
}

test("is written with the pod and started", () => {
  expect(steps(bare(POD), [auxiliaryUnit()])).toEqual(["write-unit", "start"]);
});

test("is written and not started where others start it", () => {
  expect(steps(bare(POD), [auxiliaryUnit({ wanted: false })])).toEqual(["write-unit"]);
});

test("is left alone while it is up", () => {
  expect(steps(withActual(up(POD), placed(auxiliaryUnit(), UP)), [auxiliaryUnit()])).toEqual([]);
});

test("is put back when it was edited, and what runs of it runs on", () => {
  const edited = { ...placed(auxiliaryUnit(), UP), text: `${auxiliaryUnit().text}Nice=5\n` };
  expect(steps(withActual(up(POD), edited), [auxiliaryUnit()])).toEqual(["write-unit"]);
});

test("is written anew when the pod asks for something else", () => {
  const other = auxiliaryUnit({}, "/bin/pull-another");
  expect(steps(withActual(up(POD), placed(auxiliaryUnit(), UP)), [other])).toEqual(["write-unit"]);
});

test("is ended, and then removed, when the pod does not need it any more", () => {
  const running = withActual(up(POD), placed(auxiliaryUnit(), UP));
  expect(steps(running, [])).toEqual(["stop-and-wait"]);
  expect(steps(withActual(up(POD), placed(auxiliaryUnit(), DEAD)), [])).toEqual(["remove-unit"]);
});

test("stays while nobody knows what its container needs", () => {
  const world = withActual(up(POD), placed(auxiliaryUnit(), UP));
  const { containers } = runnable(POD);
  const waiting = containers.map(({ unit: _, ...rest }) => ({ ...rest, waiting: { reason: "x", message: "y" } }));
  expect(steps(world, [], { containers: waiting })).toEqual([]);
});

const deletion = { deletionTimestamp: "2026-01-01T00:00:00Z", deletionGracePeriodSeconds: 30 };
const deleted = (world: World, phase: "Running" | "Failed") =>
  withPods(world, (each) => ({
    ...each,
    metadata: { ...each.metadata, ...deletion },
    status: { ...each.status, phase },
  }));

test("outlives the containers of a pod that ends, and the files outlive it", () => {
  const stopping = deleted(withActual(up(POD), placed(auxiliaryUnit(), UP)), "Running");
  expect(steps(stopping, [auxiliaryUnit()])).toEqual([]);
  const over = deleted(withActual(ended(up(POD)), placed(auxiliaryUnit(), UP)), "Failed");
  expect(
    diff(over, [{ ...runnable(over.pods.items[0] ?? POD), auxiliaryUnits: [auxiliaryUnit()] }]).map(({ kind }) => kind),
  ).toEqual(["stop-and-wait"]);
});

test("is removed with a pod that is gone", () => {
  const gone = {
    ...withActual(ended(up(POD)), placed(auxiliaryUnit(), DEAD)),
    pods: { complete: true, items: [] },
  } as const;
  expect(steps(gone, [])).toEqual(["remove-unit"]);
});

function sandboxUnit(): AuxiliaryUnit {
  const identity = { ...auxiliaryUnit().identity, container: "", kind: "sandbox" } as const;
  const text = encodeOwnUnit(identity, [["Service", [["ExecStart", "/bin/true"]]]]);
  return { ...auxiliaryUnit(), identity, text };
}

function withNetwork(world: World, network: NetworkAnswer): World {
  const directories = [...world.directories].map(([uid, directory]) => [uid, { ...directory, network }] as const);
  return { ...world, directories: new Map(directories) };
}

test("a sandbox that cannot be made is tried again, and told in the kubelet's words", () => {
  const sandbox = sandboxUnit();
  const events = (state: UnitState, network?: NetworkAnswer) => {
    const seen = withActual(up(POD), placed(sandbox, state));
    const world = network ? withNetwork(seen, network) : seen;
    const translations = world.pods.items.map((each) => ({ ...runnable(each), auxiliaryUnits: [sandbox] }));
    return diff(world, translations).flatMap(({ event }) => (event ? [`${event.reason}: ${event.message}`] : []));
  };
  expect(events({ ...RUNNING, active: "failed", sub: "failed" })).toEqual([
    `FailedCreatePodSandBox: Failed to create pod sandbox: on the node, journalctl -u '${NAME}' says why`,
  ]);
  expect(events({ ...RUNNING, active: "inactive", sub: "dead" })).toEqual([]);
  const failure = 'plugin type="bridge" failed (add): no room';
  expect(events({ ...RUNNING, active: "failed", sub: "failed" }, { addresses: [], failure })).toEqual([
    `FailedCreatePodSandBox: Failed to create pod sandbox: failed to setup network for sandbox: ${failure}`,
  ]);
});

test("a sandbox that has lost its network is told as the kubelet tells it", () => {
  const network = { addresses: [], isHost: false, namespacePath: "/run/net" };
  const world = withActual(up(POD), { ...placed(sandboxUnit(), UP), invocation: "i-1" });
  const told = diff(world, [{ ...runnable(POD), auxiliaryUnits: [sandboxUnit()], network }]).flatMap(
    ({ event }) => event ?? [],
  );
  expect(told).toEqual([
    {
      ...{ pod: POD, type: "Normal", reason: "SandboxChanged", occurrence: "i-1" },
      message: "Pod sandbox changed, it will be killed and re-created.",
    },
  ]);
});

test.for([
  ["has its address", ["10.86.0.2"], UP, []],
  ["has lost its address or its namespace", [], UP, ["stop-and-wait"]],
  ["is being restarted", [], { ...UP, job: "restart" }, []],
  ["has ended", [], { ...UP, active: "inactive", sub: "dead" }, ["start"]],
] as const)("a sandbox with a network of its own that %s", ([, addresses, state, expected]) => {
  const network = { addresses, isHost: false, namespacePath: "/run/net" };
  expect(steps(withActual(up(POD), placed(sandboxUnit(), state)), [sandboxUnit()], { network })).toEqual(expected);
});

test.for([
  ["lost its file at a reload", { text: undefined, identity: undefined, state: { ...UP, load: "not-found" } }],
  ["is masked", { state: { ...UP, load: "masked" } }],
  ["has drop-ins", { dropIns: ["/etc/systemd/system/x.d/a.conf"] }],
] as const)("a socket that %s is closed by systemd: its container restarts, and opens it", ([, change]) => {
  const socket = auxiliaryUnit({ wanted: false, identity: { ...auxiliaryUnit().identity, kind: "socket" } });
  const entries = Object.entries({ ...placed(socket, UP), ...change }).filter(([, value]) => value !== undefined);
  const world = withActual(up(POD), Object.fromEntries(entries) as unknown as ActualUnit);
  const plan = diff(world, [{ ...runnable(POD), auxiliaryUnits: [socket] }]);
  expect(plan.map((step) => [step.kind, "unit" in step ? step.unit : ""])).toEqual([
    ["stop", NAME],
    ["write-unit", NAME],
    ["reload", ""],
    ["restart", runnable(POD).containers[0]?.unitName],
  ]);
});

import { unitOwner } from "../../src/diff/units/owner.ts";
import { isMisloaded } from "../../src/diff/units/unit-states.ts";
import type { ContainerHistory, ExitRecord } from "../../src/model/exit-record.ts";
import { environmentFile } from "../../src/model/paths.ts";
import type { Mark, Step } from "../../src/model/step.ts";
import type { ActualUnit, UnitName } from "../../src/model/unit.ts";
import type { World } from "../../src/model/world.ts";
import { decodeUnit } from "../../src/unitfile/codec.ts";
import { readIdentity } from "../../src/unitfile/identity.ts";
import { DEAD, RUNNING, STOPPING } from "./base.ts";
import { Host, isUp } from "./host.ts";

/** What files, systemd and the helpers make of steps. Throws where the real ones would fail. */
export function apply(world: World, steps: readonly Step[]): World {
  const host = new Host(world);
  for (const step of steps) perform(host, step);
  return host.world();
}

/** What was begun comes to its end; containers run on for ever, init containers succeed. */
export function passTime(world: World): World {
  const host = new Host({ ...world, now: world.now + 60_000 });
  for (const unit of world.units.values()) {
    const { state } = unit;
    const identity = unitOwner(unit, world);
    if (state === undefined || identity === undefined || identity.kind === "slice") continue;
    if (state.active === "deactivating" || state.job === "stop")
      end(host, unit, { result: "success", code: "killed", status: "TERM" });
    else if (identity.kind === "init" && state.active === "activating" && state.sub === "start") succeed(host, unit);
    else if (unit.identity !== undefined && (state.job !== "" || state.active === "activating")) start(host, unit);
  }
  return host.world();
}

function perform(host: Host, step: Step): void {
  if (step.kind === "record-exit")
    host.changePast(step.uid, step.container, (past) => ({ ...past, exits: [...past.exits, step.record] }));
  else if (step.kind === "write-mark")
    host.changePast(step.uid, step.container, (past) => ({ ...past, ...marked(step.mark) }));
  else if (step.kind === "stop" || step.kind === "kill") stop(host, host.unit(step.unit));
  else if (step.kind === "restart") restart(host, host.unit(step.unit));
  else if (step.kind === "start") start(host, host.unit(step.unit));
  else if (step.kind === "remove-unit") removeUnit(host, host.unit(step.unit));
  else if (step.kind === "remove-pod") host.directories.delete(step.uid);
  else if (step.kind === "write-file") host.addFile(step.uid, step.file.name, step.file.text);
  else if (step.kind === "unseal") restore(host, step.uid);
  else if (step.kind === "write-unit") writeUnit(host, step.unit, step.text);
  else if (step.kind === "link" || step.kind === "unlink") host.change(step.unit, { linked: step.kind === "link" });
  else if (step.kind === "reload") reload(host);
  else if (step.kind === "delete-pod-object") host.pods = host.pods.filter(({ metadata }) => metadata.uid !== step.uid);
}

function marked(mark: Mark): Partial<ContainerHistory> {
  if (mark.name === "started") return { started: { at: mark.at, invocation: mark.invocation } };
  return {
    initialized: { done: true },
    "sidecar-started": { up: true },
    finished: { finished: true },
    "lost-root": { lostRoot: true },
  }[mark.name];
}

function start(host: Host, unit: ActualUnit): void {
  if (unit.text === undefined || unit.identity === undefined)
    throw new Error(`${unit.name} has no file to be started by`);
  if (isMisloaded(unit)) throw new Error(`${unit.name} is ${unit.state?.load}`);
  const { podUID, container, kind } = unit.identity;
  for (const wanted of wantedBy(host, unit)) if (!isUp(wanted)) start(host, wanted);
  if (!host.conditionsHold(unit)) {
    host.change(unit.name, { state: DEAD, invocation: undefined });
    return;
  }
  const invocation = host.newInvocation();
  const state = kind === "init" ? ({ ...RUNNING, active: "activating", sub: "start" } as const) : RUNNING;
  host.change(unit.name, { state, invocation });
  host.changePast(podUID, container, (past) => ({ ...past, started: { at: host.now, invocation } }));
}

function wantedBy(host: Host, { text = "" }: ActualUnit): ActualUnit[] {
  const names = decodeUnit(text).Unit?.Wants ?? [];
  return names
    .map((name) => host.units.get(name as UnitName))
    .filter((unit) => unit?.text !== undefined && unit.identity !== undefined) as ActualUnit[];
}

function restart(host: Host, unit: ActualUnit): void {
  end(host, unit, { result: "success", code: "killed", status: "TERM" });
  start(host, host.unit(unit.name));
}

function stop(host: Host, unit: ActualUnit): void {
  if (unit.identity?.kind !== "slice") {
    host.change(unit.name, { state: STOPPING });
    return;
  }
  for (const other of [...host.units.values()]) {
    const identity = unitOwner(other, host.world());
    const isInIt = identity?.podUID === unit.identity.podUID && identity.kind !== "slice";
    if (isInIt && isUp(other) && other.state?.load === "loaded") host.change(other.name, { state: STOPPING });
  }
  host.change(unit.name, { state: undefined });
}

function succeed(host: Host, unit: ActualUnit): void {
  end(host, unit, { result: "success", code: "exited", status: "0" });
  const { podUID = "", container = "" } = unit.identity ?? {};
  host.changePast(podUID, container, (past) => ({ ...past, done: true }));
}

/** As container-exit does it: what was stopped before it ran leaves no record. */
function end(host: Host, unit: ActualUnit, how: Pick<ExitRecord, "result" | "code" | "status">): void {
  const { name, invocation, text } = unit;
  const identity = unitOwner(unit, host.world());
  if (text === undefined || unit.identity === undefined) host.units.delete(name);
  else host.change(name, { state: undefined, invocation: undefined });
  if (invocation === undefined || identity === undefined) return;
  const times = { startedAt: host.now - 1000, finishedAt: host.now };
  const exit: ExitRecord = {
    ...how,
    ...times,
    invocation,
    oomKilled: false,
    executed: true,
    specHash: identity.specHash,
  };
  const isFinal = text?.includes('"container" "Never"') ?? false;
  host.changePast(identity.podUID, identity.container, ({ started: _, ...past }) => ({
    ...past,
    exits: [...past.exits, exit],
    finished: past.finished || isFinal,
  }));
}

function writeUnit(host: Host, name: UnitName, text: string): void {
  const identity = readIdentity(text);
  if (identity === undefined) throw new Error(`${name} would not be ours any more`);
  host.change(name, { text, identity, dropIns: [] });
}

function removeUnit(host: Host, unit: ActualUnit): void {
  if (isUp(unit)) throw new Error(`${unit.name} loses its file while it is up`);
  if (unit.identity === undefined && unit.text !== undefined) throw new Error(`${unit.name} is not ours`);
  host.units.delete(unit.name);
}

function reload(host: Host): void {
  for (const { name, state, text } of [...host.units.values()])
    if (state !== undefined && text !== undefined) host.change(name, { state: { ...state, load: "loaded" } });
}

function restore(host: Host, uid: string): void {
  for (const { identity } of host.units.values())
    if (identity?.podUID === uid && identity.kind !== "slice")
      host.addFile(uid, environmentFile(identity.container), "");
}

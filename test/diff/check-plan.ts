import { unitOwner } from "../../src/diff/units/owner.ts";
import { isMisloaded } from "../../src/diff/units/unit-states.ts";
import { environmentFile } from "../../src/model/paths.ts";
import type { Step } from "../../src/model/step.ts";
import type { UnitName } from "../../src/model/unit.ts";
import type { World } from "../../src/model/world.ts";

/** The order that apply.ts may rely on, told a second time. */
const ORDER: readonly (readonly Step["kind"][])[] = [
  ["record-exit", "write-mark"],
  ["emit-event"],
  ["kill", "kill-left", "write-grace-period"],
  ["mark-stopping", "unlink"],
  ["stop", "stop-and-wait"],
  ["schedule-run"],
  ["reset-failed", "remove-unit"],
  ["remove-pod", "unseal"],
  ["write-file"],
  ["write-volume"],
  ["write-unit"],
  ["link"],
  ["reload", "release"],
  ["restart", "start"],
  ["delete-pod-object"],
];

/** Never done to a file of somebody else, whoever started the process that runs by its name. */
const WRITES: readonly Step["kind"][] = ["write-unit", "remove-unit", "link", "start", "restart"];

/** What is wrong with a plan, whatever it is meant to achieve; nothing when it may be applied. */
export function planProblems(world: World, steps: readonly Step[]): string[] {
  return [
    ...orderProblems(steps),
    ...sayingProblems(steps),
    ...ownershipProblems(world, steps),
    ...lifeProblems(world, steps),
    ...listProblems(world, steps),
  ];
}

function orderProblems(steps: readonly Step[]): string[] {
  const phases = steps.map(({ kind }) => ORDER.findIndex((kinds) => kinds.includes(kind)));
  return phases.flatMap((phase, at) => (phase < (phases[at - 1] ?? 0) ? [`${name(steps[at])} comes too late`] : []));
}

function sayingProblems(steps: readonly Step[]): string[] {
  const silent = steps.filter(({ because, event }) => because.trim() === "" || event?.message === "");
  const twice = steps.filter(
    (step, at) => step.kind !== "emit-event" && steps.findIndex((other) => name(other) === name(step)) !== at,
  );
  return [
    ...silent.map((step) => `${name(step)} does not say why`),
    ...twice.map((step) => `${name(step)} is there twice`),
  ];
}

function ownershipProblems(world: World, steps: readonly Step[]): string[] {
  return steps.flatMap((step) => {
    if (!("unit" in step)) return [];
    const unit = world.units.get(step.unit);
    const isTheirs = unit?.text !== undefined && unit.identity === undefined;
    if (isTheirs && (WRITES.includes(step.kind) || unitOwner(unit, world)?.podUID !== step.uid))
      return [`${name(step)} touches a unit that is not ours`];
    const isOthers = unit?.identity !== undefined && unit.identity.podUID !== step.uid;
    return isOthers ? [`${name(step)} touches the unit of another pod`] : [];
  });
}

function lifeProblems(world: World, steps: readonly Step[]): string[] {
  const units = (kind: Step["kind"]) =>
    new Set(steps.flatMap((step) => (step.kind === kind && "unit" in step ? [step.unit] : [])));
  const [stopped, removed, written] = [units("stop"), units("remove-unit"), units("write-unit")];
  const reloaded = steps.some(({ kind }) => kind === "reload");
  const problems: string[] = [];
  for (const step of steps) {
    if (step.kind === "remove-unit" && isUp(world, step.unit) && !stopped.has(step.unit))
      problems.push(`${name(step)} removes a unit that is up`);
    if (step.kind !== "start" && step.kind !== "restart") continue;
    const unit = world.units.get(step.unit);
    if (!written.has(step.unit) && unit?.text === undefined) problems.push(`${name(step)} has no file`);
    if (stopped.has(step.unit) || removed.has(step.unit)) problems.push(`${name(step)} is stopped or removed as well`);
    if (written.has(step.unit) && unit?.state !== undefined && unit.state.load !== "not-found" && !reloaded)
      problems.push(`${name(step)} would start what systemd still has of it`);
    if (unit && isMisloaded(unit) && !reloaded) problems.push(`${name(step)} is ${unit.state?.load}`);
    if (step.kind === "start" && isUp(world, step.unit)) problems.push(`${name(step)} is up already`);
    if (world.pods.complete && !hasEnvironment(world, steps, step)) problems.push(`${name(step)} has no environment`);
  }
  return problems;
}

function isUp(world: World, of: UnitName): boolean {
  const state = world.units.get(of)?.state;
  return state !== undefined && (state.job !== "" || !["inactive", "failed"].includes(state.active));
}

function hasEnvironment(world: World, steps: readonly Step[], step: Step & { readonly unit: UnitName }): boolean {
  const file = environmentFile(step.unit.split(".").at(-2) ?? "");
  const isWritten = steps.some(
    (other) => other.kind === "write-file" && other.uid === step.uid && other.file.name === file,
  );
  return isWritten || (world.directories.get(step.uid)?.files.has(file) ?? false);
}

/** Of pods that a list does not have, unless it is whole or another pod has their name, nothing is ended. */
function listProblems(world: World, steps: readonly Step[]): string[] {
  if (world.pods.complete) return [];
  const listed = new Set(world.pods.items.map(({ metadata }) => metadata.uid));
  const names = new Set(world.pods.items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  const replaced = new Set(
    [...world.units.values()].flatMap(({ identity }) =>
      identity !== undefined && names.has(`${identity.namespace}/${identity.pod}`) ? [identity.podUID] : [],
    ),
  );
  const ends: readonly Step["kind"][] = [
    "stop",
    "kill",
    "restart",
    "unlink",
    "remove-unit",
    "remove-pod",
    "reset-failed",
    "delete-pod-object",
    "write-unit",
  ];
  const bad = steps.filter(({ kind, uid }) => ends.includes(kind) && !listed.has(uid) && !replaced.has(uid));
  return bad.map((step) => `${name(step)} ends what may be in the rest of the list`);
}

function name(step: Step | undefined): string {
  if (step === undefined) return "nothing";
  const of =
    "mark" in step
      ? `${step.mark.name} of ${step.container}`
      : "container" in step
        ? step.container
        : "unit" in step
          ? step.unit
          : "file" in step
            ? step.file.name
            : "volume" in step
              ? step.volume.name
              : "";
  return `${step.kind} ${of} of ${step.uid}`;
}

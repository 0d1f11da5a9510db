import { namespacedName } from "../model/api/namespaced-name.ts";
import { isTerminal, isTerminating } from "../model/api/phase.ts";
import { redactCredentials } from "../model/image/image-reference.ts";
import type { Step } from "../model/step.ts";
import type { DesiredContainer, Runnable, Translation } from "../model/translation.ts";
import { type ActualUnit, type DesiredUnit, isContainer, type UnitName } from "../model/unit.ts";
import type { World } from "../model/world.ts";

/** What becomes of one unit. `!`: a container or a pod gets no unit, and `because` says why. */
export interface UnitChange {
  /** NAMESPACE/NAME; "cronjob NAMESPACE/NAME" for the timer of a CronJob. */
  readonly pod: string;
  readonly change: "+" | "~" | "-" | "!";
  /** The unit; with `!` the container, or the pod. */
  readonly subject: string;
  /** What happens to the running container; undefined: nothing, or none runs. */
  readonly effect?: "restarts" | "stops";
  readonly because: string;
}

export interface PlannedUnits {
  readonly before: World;
  readonly translations: readonly Translation[];
  readonly steps: readonly Step[];
}

const REPLACED = "the pod is replaced, because its manifest has changed";

/**
 * Returns how the units on the host would differ once all runs have done their steps: a replaced pod ends first, so one
 * plan does not show all of it. `named` has the UIDs of the pods in question; others are there only with a step.
 */
export function unitChanges(plan: PlannedUnits, named: ReadonlySet<string>): readonly UnitChange[] {
  const concerned = plan.translations.filter(({ pod: { metadata, status } }) => {
    const isInQuestion = named.has(metadata.uid) || plan.steps.some(({ uid }) => uid === metadata.uid);
    return isInQuestion && !isTerminal(status?.phase) && !isTerminating({ metadata });
  });
  const desired = concerned.flatMap((each) => desiredChanges(each, plan));
  return [...desired, ...removals(plan), ...timerChanges(plan)];
}

/** Returns the changes of CronJobs' timers. A step without a pod writes or removes no other units. */
function timerChanges({ before, steps }: PlannedUnits): readonly UnitChange[] {
  return steps.flatMap((step) => {
    if (step.uid !== "" || (step.kind !== "write-unit" && step.kind !== "remove-unit")) return [];
    const isNew = before.timers?.get(step.unit) === undefined;
    const change = step.kind === "remove-unit" ? "-" : isNew ? "+" : "~";
    const [, namespace = "", ...name] = step.unit.split(".");
    const owner = `cronjob ${namespacedName({ namespace, name: name.slice(0, -1).join(".") })}`;
    return [{ pod: owner, change, subject: step.unit, because: step.because }];
  });
}

function desiredChanges(translation: Translation, plan: PlannedUnits): readonly UnitChange[] {
  const pod = namespacedName(translation.pod.metadata);
  if (translation.kind === "rejected") {
    const because = `it is rejected: ${translation.reason}: ${translation.message}`;
    return [{ pod, change: "!", subject: pod, because }];
  }
  return [
    ...unitsOf(translation).flatMap((unit) => changeOf(pod, unit, plan) ?? []),
    ...translation.containers.flatMap((each) => waitOf(pod, each) ?? []),
  ];
}

function unitsOf({ slice, auxiliaryUnits, containers }: Runnable): readonly DesiredUnit[] {
  return [slice, ...auxiliaryUnits, ...containers.flatMap(({ unit }) => unit ?? [])];
}

function changeOf(pod: string, unit: DesiredUnit, { before, steps }: PlannedUnits): UnitChange | undefined {
  const { name: subject, identity } = unit;
  const actual = before.units.get(subject);
  const step = steps.find((each) => each.kind === "write-unit" && each.unit === subject);
  if (actual?.text === undefined) return { pod, change: "+", subject, because: step?.because ?? "it is new" };
  if (actual.text === unit.text) return undefined;
  const isReplaced = actual.identity !== undefined && actual.identity.podUID !== identity.podUID;
  // A container whose spec has changed is stopped first, and a later run starts it.
  const isRestarted = isReplaced || steps.some((each) => /^(restart|stop)$/.test(each.kind) && isOf(each, subject));
  const because = isReplaced ? REPLACED : (step?.because ?? "the pod changed");
  return { pod, change: "~", subject, ...(isRestarted && isRunning(actual) && { effect: "restarts" }), because };
}

function isOf(step: Step, name: UnitName): boolean {
  return "unit" in step && step.unit === name;
}

function isRunning(unit: ActualUnit): boolean {
  return isContainer(unit) && unit.state?.active === "active";
}

function waitOf(pod: string, { name, unit, waiting, pull, awaits }: DesiredContainer): UnitChange | undefined {
  if (unit !== undefined) return undefined;
  const image = pull?.name ?? awaits;
  const because =
    waiting !== undefined
      ? `it waits: ${waiting.reason}: ${waiting.message}`
      : image === undefined
        ? "it waits for the address of the pod"
        : `it waits for the pull of ${redactCredentials(image)}`;
  return { pod, change: "!", subject: `container ${name}`, because };
}

/** Returns the units of pods that the complete list does not have, and those that a step removes. */
function removals({ before, translations, steps }: PlannedUnits): readonly UnitChange[] {
  const { complete, broken = [] } = before.pods;
  const listed = new Map([...translations, ...broken].map(({ pod }) => [pod.metadata.uid, pod]));
  const names = new Set([...listed.values()].map(({ metadata }) => namespacedName(metadata)));
  const kept = new Set<string>(
    translations.flatMap((each) => (each.kind === "runnable" ? unitsOf(each).map(({ name }) => name) : [])),
  );
  return [...before.units.values()].flatMap((unit) => {
    const { identity, name: subject } = unit;
    if (identity === undefined || kept.has(subject)) return [];
    const pod = namespacedName({ namespace: identity.namespace, name: identity.pod });
    const step = steps.find((each) => each.kind === "remove-unit" && each.unit === subject);
    const isGone = !listed.has(identity.podUID) && (complete || names.has(pod));
    if (!isGone && step === undefined) return [];
    const because = names.has(pod) && isGone ? REPLACED : (step?.because ?? "the pod is gone");
    return [{ pod, change: "-", subject, ...(isRunning(unit) && { effect: "stops" as const }), because }];
  });
}

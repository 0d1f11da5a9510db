import { namespacedName } from "../model/api/namespaced-name.ts";
import type { TokenReference } from "../model/references.ts";
import type { Step } from "../model/step.ts";
import type { Translation } from "../model/translation.ts";
import type { World } from "../model/world.ts";
import { describeStep } from "./describe-step.ts";

/** One line of a plan: a step, or a request that the next steps wait for. */
export interface PlannedStep {
  /** The pod as NAMESPACE/NAME, or its UID when neither the list nor a unit names it; undefined for the whole host. */
  readonly pod?: string;
  readonly uid: string;
  /** The kind of the step. */
  readonly step: string;
  /** The subject of the step and `because`, in the words of the journal. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface DescribedPlan {
  readonly before: World;
  readonly translations: readonly Translation[];
  readonly steps: readonly Step[];
  /** The tokens that a run would request before it does its steps. */
  readonly dueTokens: readonly TokenReference[];
}

/** Returns the lines of a plan in the order in which a run would do them. */
export function describePlan({ before, translations, steps, dueTokens }: DescribedPlan): PlannedStep[] {
  const names = podNames(before, translations);
  const line = (uid: string, step: string, fields: PlannedStep["fields"]): PlannedStep =>
    uid === "" ? { uid, step, fields } : { pod: names.get(uid) ?? uid, uid, step, fields };
  return [
    ...dueTokens.map((token) => line(token.podUID, "request-token", tokenFields(token))),
    ...steps.map((step) => {
      const { message, fields } = describeStep(step);
      return line(step.uid, message, fields);
    }),
    ...translations.flatMap((each) => {
      const { uid } = each.pod.metadata;
      return steps.some((step) => step.uid === uid) ? notesOf(each).map((fields) => line(uid, "note", fields)) : [];
    }),
  ];
}

/** Returns the fields of the pod that have no effect on this host. */
function notesOf(translation: Translation): readonly PlannedStep["fields"][] {
  if (translation.kind !== "runnable") return [];
  const notes = translation.problems.filter(({ severity }) => severity === "note");
  return notes.map(({ path, because }) => ({ field: path, because }));
}

function tokenFields({ serviceAccount, audience }: TokenReference): PlannedStep["fields"] {
  const because = "a volume of the pod needs a token, and a plan requests none";
  return { serviceaccount: serviceAccount, ...(audience ? { audience } : {}), because };
}

/** Returns NAMESPACE/NAME of pods by UID. Units name the pods that the list does not have any more. */
function podNames({ units }: World, translations: readonly Translation[]): ReadonlyMap<string, string> {
  const owners = [...units.values()].flatMap(({ identity }) => (identity === undefined ? [] : [identity]));
  return new Map([
    ...owners.map(({ podUID, namespace, pod }) => [podUID, namespacedName({ namespace, name: pod })] as const),
    ...translations.map(({ pod: { metadata } }) => [metadata.uid, namespacedName(metadata)] as const),
  ]);
}

import type { FailureRule, Job, SuccessRule } from "../model/api/workload.ts";
import { countIndexes, parseIndexes } from "../model/index-set.ts";
import type { Issue, Path } from "./issue.ts";
import type { Tree } from "./object-rules.ts";

type Policies = Pick<Job, "indexed" | "backoffLimitPerIndex" | "maxFailedIndexes" | "failureRules" | "successRules">;

/** The fields of a Job that depend on its completion mode, and its failure policy. */
interface JobSpec {
  readonly completionMode?: string;
  readonly completions?: number;
  readonly backoffLimitPerIndex?: number;
  readonly maxFailedIndexes?: number;
  readonly podReplacementPolicy?: string;
  readonly podFailurePolicy?: { readonly rules: readonly Rule[] };
  readonly successPolicy?: { readonly rules: readonly SuccessRule[] };
  readonly template: { readonly spec?: PodPart };
}

interface Rule extends Omit<FailureRule, "onPodConditions"> {
  readonly onPodConditions?: readonly Pattern[];
}

interface Pattern {
  readonly type: string;
  readonly status?: string;
}

interface PodPart {
  readonly restartPolicy?: string;
  readonly containers: readonly { readonly name: string }[];
  readonly initContainers?: readonly { readonly name: string }[];
}

/** `batch/v1/defaults.go: SetDefaults_Job`, v1.36. */
export function jobPolicies(tree: Tree): Policies {
  const spec = tree as unknown as JobSpec;
  const { backoffLimitPerIndex, maxFailedIndexes, podFailurePolicy, successPolicy } = spec;
  const failureRules = podFailurePolicy?.rules.map(({ onPodConditions, ...rule }) => ({
    ...rule,
    ...(onPodConditions && {
      onPodConditions: onPodConditions.map((each) => ({ type: each.type, status: each.status ?? "True" })),
    }),
  }));
  return {
    ...(spec.completionMode === "Indexed" && { indexed: true }),
    ...(backoffLimitPerIndex !== undefined && { backoffLimitPerIndex }),
    ...(maxFailedIndexes !== undefined && { maxFailedIndexes }),
    ...(failureRules && { failureRules }),
    ...(successPolicy && { successRules: successPolicy.rules }),
  };
}

/** `batch/validation/validation.go: validateJobSpec`, v1.36. */
export function jobIssues(tree: Tree): readonly Issue[] {
  const spec = tree as unknown as JobSpec;
  const pod = spec.template.spec;
  // The rules of templates tell that it is missing.
  if (pod === undefined) return [];
  return [...indexIssues(spec, pod), ...failureIssues(spec, pod), ...successIssues(spec)];
}

function indexIssues(spec: JobSpec, pod: PodPart): readonly Issue[] {
  const { completionMode, completions, backoffLimitPerIndex, maxFailedIndexes } = spec;
  const isIndexed = completionMode === "Indexed";
  const limited = ["backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"] as const;
  const issues: (Issue | false)[] = [
    isIndexed && completions === undefined && at(["completions"], "is missing, and completionMode is Indexed"),
    ...limited.map((field) => !isIndexed && spec[field] !== undefined && at([field], "needs completionMode: Indexed")),
    maxFailedIndexes !== undefined &&
      backoffLimitPerIndex === undefined &&
      at(["backoffLimitPerIndex"], "is missing, and maxFailedIndexes is there"),
    (maxFailedIndexes ?? 0) > (completions ?? 0) &&
      at(["maxFailedIndexes"], `expected at most completions, which is ${completions ?? 1}`),
    (backoffLimitPerIndex ?? spec.podFailurePolicy) !== undefined &&
      pod.restartPolicy !== "Never" &&
      at(
        ["template", "spec", "restartPolicy"],
        `expected Never, because of ${backoffLimitPerIndex === undefined ? "podFailurePolicy" : "backoffLimitPerIndex"}`,
      ),
  ];
  return issues.filter((issue) => issue !== false);
}

function failureIssues(
  { podFailurePolicy, podReplacementPolicy, backoffLimitPerIndex }: JobSpec,
  { containers, initContainers = [] }: PodPart,
): readonly Issue[] {
  if (podFailurePolicy === undefined) return [];
  const names = [...initContainers, ...containers].map(({ name }) => name);
  const issues = podFailurePolicy.rules.flatMap(({ action, onExitCodes, onPodConditions = [] }, index) => {
    const path = ["podFailurePolicy", "rules", index];
    const { containerName, operator, values = [] } = onExitCodes ?? {};
    return [
      (onExitCodes === undefined) === (onPodConditions.length === 0) &&
        at(path, "expected either onExitCodes or onPodConditions"),
      action === "FailIndex" &&
        backoffLimitPerIndex === undefined &&
        at([...path, "action"], "FailIndex needs backoffLimitPerIndex"),
      containerName !== undefined &&
        !names.includes(containerName) &&
        at([...path, "onExitCodes", "containerName"], `the template has no container "${containerName}"`),
      onExitCodes !== undefined &&
        values.length === 0 &&
        at([...path, "onExitCodes", "values"], "expected at least one"),
      operator === "In" &&
        values.includes(0) &&
        at([...path, "onExitCodes", "values"], "cannot have 0 with the operator In"),
    ];
  });
  const replacement =
    podReplacementPolicy === "TerminatingOrFailed" &&
    at(["podReplacementPolicy"], "expected Failed, because of podFailurePolicy");
  return [...issues, replacement].filter((issue) => issue !== false);
}

function successIssues({ successPolicy, completions = 0 }: JobSpec): readonly Issue[] {
  if (successPolicy === undefined) return [];
  if (successPolicy.rules.length === 0) return [at(["successPolicy", "rules"], "expected at least one")];
  const issues = successPolicy.rules.flatMap(({ succeededCount, succeededIndexes }, index) => {
    const path = ["successPolicy", "rules", index];
    const set = succeededIndexes === undefined ? undefined : parseIndexes(succeededIndexes);
    const most = set === undefined ? completions : countIndexes(set);
    const isWrong = set === undefined || set.length === 0 || (set.at(-1)?.[1] ?? 0) >= completions;
    return [
      succeededCount === undefined &&
        succeededIndexes === undefined &&
        at(path, "expected succeededCount or succeededIndexes"),
      succeededIndexes !== undefined &&
        isWrong &&
        at([...path, "succeededIndexes"], `expected sorted numbers below completions, such as 0-2,5`),
      (succeededCount ?? 0) > most &&
        at([...path, "succeededCount"], `expected at most ${most}, found ${succeededCount}`),
    ];
  });
  return issues.filter((issue) => issue !== false);
}

function at(path: Path, message: string): Issue {
  return { path: ["spec", ...path], message };
}

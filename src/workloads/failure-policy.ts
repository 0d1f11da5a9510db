import type { ContainerStatus, Pod } from "../model/api/pod.ts";
import type { FailureRule } from "../model/api/workload.ts";

interface Matched {
  /** Undefined: no rule matches, so the failure counts. */
  readonly action: FailureRule["action"] | undefined;
  /** Why the Job fails. */
  readonly message?: string;
}

/** Returns what the rules say about a pod that has failed (`job/pod_failure_policy.go: matchPodFailurePolicy`, v1.36). */
export function failureAction(rules: readonly FailureRule[] = [], pod: Pod): Matched {
  for (const [at, rule] of rules.entries()) {
    const what = rule.onExitCodes === undefined ? conditionOf(rule, pod) : exitOf(rule.onExitCodes, pod);
    if (what === undefined) continue;
    const { action } = rule;
    return { action, ...(action === "FailJob" && { message: `${what} matching FailJob rule at index ${at}` }) };
  }
  return { action: undefined };
}

function exitOf(rule: NonNullable<FailureRule["onExitCodes"]>, { metadata, status }: Pod): string | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = status ?? {};
  const found = [...containerStatuses, ...initContainerStatuses].find((each) => matches(rule, each));
  if (found === undefined) return undefined;
  const { name, namespace } = metadata;
  return `Container ${found.name} for pod ${namespace}/${name} failed with exit code ${found.state.terminated?.exitCode}`;
}

function matches(
  { containerName, operator, values }: NonNullable<FailureRule["onExitCodes"]>,
  { name, state }: ContainerStatus,
): boolean {
  const code = state.terminated?.exitCode ?? 0;
  if (code === 0 || (containerName !== undefined && containerName !== name)) return false;
  return values.includes(code) === (operator === "In");
}

function conditionOf({ onPodConditions = [] }: FailureRule, { metadata, status }: Pod): string | undefined {
  const found = status?.conditions?.find((condition) =>
    onPodConditions.some((each) => each.type === condition.type && each.status === condition.status),
  );
  return found && `Pod ${metadata.namespace}/${metadata.name} has condition ${found.type}`;
}
